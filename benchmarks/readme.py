"""`python -m benchmarks.readme`: the README's table of figures, from the rows in `benchmarks/results/`.

A test asks that the table is the rows' and that no goal that is missed is left out.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.row import RESULTS, Row

README: Final = Path(__file__).parents[1] / "README.md"
_BEGIN, _END = "<!-- figures: make bench, then python -m benchmarks.readme -->", "<!-- end of figures -->"
# What a reader is told of, in their order; the other rows are told of where their goal is missed.
TOLD: Final = {
    "likeness-ratio": "how like their subject delivered pictures are, as a share of the photos' own",
    "likeness-rank": "delivered pictures whose subject is first among 200 people",
    "likeness-gain": "how much more like the subject than the untrained base's answers",
    "candidates-per-delivered": "pictures made for one that is delivered",
    "train-seconds": "a profile of twelve photos, from its confirmation on",
    "lora-ratio": "likeness, as above, at the checkpoint that was chosen",
    "choice-regret": "how much less like the subject the chosen checkpoint is than the best",
    "choice-steps": "steps that a training takes before it ends itself, against a fixed 400",
    "faceid-ratio": "likeness, as above, from a single photo without training",
    "ti-ratio": "likeness, as above, of a learnt word",
    "class-drift": "how much other people's likeness to the subject changes, whichever way",
    "class-drift-gap": "how much more like the subject they become without prior preservation",
    "class-drift-diversity": "how much it changes how other people differ among themselves",
    "class-drift-attributes": "how much it changes how often other people are as asked for",
    "intruder-recall": "sets of ten with one stranger in which the stranger is named",
    "intruder-false": "sets without one in which somebody is",
    "fault-recall": "photos with a fault that are refused",
    "fault-false": "good photos that are",
    "dup-recall": "copies of a photo that are found",
    "photo-seconds": "a photo of 12 megapixels, looked at and judged",
    "grade-correlation": "the grade of a set of photos and the score that its training reaches",
    "caption-recall": "what is true of a photo and said in its caption",
    "face-auc": "the face pack tells 200 people apart: area under the curve",
    "face-recall": "faces that are found",
    "base-attributes": "attributes that are there when the base is asked for them",
    "attributes-classifier": "and what the judge of that sees of drawings",
    "step-ratio": "a training step, against the usual example's loop (0.576 on a processor with bfloat16)",
    "step-loss-difference": "largest difference of the two loops' losses",
    "sdxl-ops": "operators in a training step of SDXL's size",
    "switch-overhead": "time added to a picture by switching between 20 profiles",
    "chat-p95-ms": "from an update to its commit, 100 a second over 100 conversations",
    "ack-p95-ms": "from what somebody does to the bot's first answer, 200 people on both platforms at once",
    "edit-rate": "largest share of a platform's allowance asked for while 280 works of 200 people show progress",
    "first-verdict-p95-s": "from a photo to its verdict while a training runs",
    "fair-wait": "difference in turns of people who wait, of whom one asks 100 times",
    "isolation": "of 2,000 cases of who does what to whose, ended otherwise than the rules say",
    "decode-failures": "damaged files that are not refused in time and in a sentence, of 100,000",
}  # fmt: skip


def main() -> int:
    """Write the table."""
    README.write_text(with_figures(README.read_text(), read(RESULTS)))
    return 0


def read(folder: Path) -> dict[str, Row]:
    """Every row that was measured, by its id."""
    rows = [Row(**json.loads(file.read_text())) for file in sorted(folder.glob("*.json"))]
    return {one.id: one for one in rows}


def with_figures(text: str, rows: dict[str, Row]) -> str:
    """A text with these rows between the two marks; raises ValueError where the text has no such place."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"there is no {_BEGIN} with {_END} behind it")
    return "\n".join([before + begin, *_table(rows), end + after])


def _table(rows: dict[str, Row]) -> Iterator[str]:
    missed = [name for name, one in rows.items() if not one.holds and name not in TOLD]
    yield "| row | what | value | of | goal |"
    yield "|---|---|---|---|---|"
    for name in (*TOLD, *missed):
        if one := rows.get(name):
            value = f"{float(f'{one.value:.3g}'):g} {one.unit}"
            goal = one.goal.replace(">=", "at least").replace("<=", "at most")
            missing = "" if one.holds else ": **missed**"
            yield f"| {name} | {TOLD.get(name, one.peer)} | {value} | {one.n} | {goal}{missing} |"


if __name__ == "__main__":
    sys.exit(main())
