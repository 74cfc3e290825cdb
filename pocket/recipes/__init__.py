"""How each weight was made: one module for each, `python -m pocket.recipes.NAME --out FOLDER --minutes M`."""
