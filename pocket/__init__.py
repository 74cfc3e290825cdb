"""The miniature studio: drawn people, and the small models that learned from them."""
