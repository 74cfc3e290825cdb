"""The conversation in a terminal: no token, no network, no account."""
