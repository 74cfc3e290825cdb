"""Telegram: updates become things heard, replies become messages."""
