"""How each weight was made: one module for each, `python -m pocket.recipes.NAME --out FOLDER --minutes M`."""

import os

# onnxruntime reads this while it is imported, and reports to its maker without it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
