"""Discord: interactions become things heard, replies become messages made of components."""
