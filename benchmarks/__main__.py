"""`python -m benchmarks [--only NAME] [--full]`: measure, print the table, keep the rows."""

import argparse
import sys
from collections.abc import Callable

from benchmarks import (
    acknowledging,
    advice,
    autoencoder,
    base,
    captions,
    chat,
    choosing,
    decoding,
    drift,
    editing,
    faceid,
    faces,
    fair_wait,
    grade,
    inversion,
    operators,
    personal,
    photo_costs,
    photos,
    spaces,
    steps,
    switching,
    verdicts,
)
from benchmarks.row import Row, table, write
from benchmarks.weights import WeightsMissing

BENCHMARKS: dict[str, Callable[..., list[Row]]] = {
    "chat": chat.run,
    "acknowledging": acknowledging.run,
    "editing": editing.run,
    "isolation": spaces.run,
    "fair-wait": fair_wait.run,
    "steps": steps.run,
    "operators": operators.run,
    "switching": switching.run,
    "verdicts": verdicts.run,
    "photos": photos.run,
    "photo-costs": photo_costs.run,
    "faces": faces.run,
    "decoding": decoding.run,
    "captions": captions.run,
    "autoencoder": autoencoder.run,
    "base": base.run,
    "faceid": faceid.run,
    "personal": personal.run,
    "choosing": choosing.run,
    "grade": grade.run,
    "advice": advice.run,
    "drift": drift.run,
    "inversion": inversion.run,
}


def main() -> int:
    """Run the benchmarks that were asked for; 0 whatever the figures say: they are for reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name, run in BENCHMARKS.items():
        if asked.only in (None, name):
            print(f"{name}...", flush=True)
            try:
                rows += run(full=asked.full)
            except WeightsMissing as missing:
                print(f"  left out: {missing}", flush=True)
            write(rows)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
