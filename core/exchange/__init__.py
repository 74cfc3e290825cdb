"""Weights between this studio and other tools: what leaves it (`leaving`), and what strangers send (`reading`).

`tensors` is the file format, `kohya` and `embedding` are the names that other tools give the same numbers. Only
`reading` needs numpy, and nothing needs torch; nothing is ever unpickled.
"""
