"""Training: a dataset and a plan in, an adapter out, one small unit at a time."""
