"""The judges, by name. To add one:

1. Write a module beside this one with a class that is a `core.selection.judge.Judge`: a `name`, and
   `look(pixels)` that returns an `Opinion`. Its objections are single words, such as "no_face"; `phrases.py`
   says them to people.
2. Add its line to `JUDGES`, and its case to `tests/selection/test_judges.py`, which every judge has to pass.

A judge takes what it needs (a face pack, a classifier's file) as arguments, and loads nothing when it is imported.
"""

from collections.abc import Mapping
from typing import Final

from core.selection.judge import Judge
from core.selection.judges.likeness import Likeness

JUDGES: Final[Mapping[str, type[Judge]]] = {
    "likeness": Likeness,
}
