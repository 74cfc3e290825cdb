"""Captions of photos: texts that came with them are paired with them, and models write the rest (SPEC C1, C2)."""
