"""The studio: photos in, a trained profile, filtered pictures back. It knows no chat platform."""
