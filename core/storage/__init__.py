"""What is kept: rows, sealed files and the keys that open them."""
