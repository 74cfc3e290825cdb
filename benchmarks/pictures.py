"""`python -m benchmarks.pictures`: what `docs/` shows of a training, of a held-out person whom the studio learns.

`docs/grid.jpg` is a grid of steps by CFG and `docs/curve.png` a curve, both as the chat shows them; `docs/prior.jpg`
is what became of plain pictures of the class, with prior preservation and without.
"""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from sqlmodel import col, select

from benchmarks.bench_studio import Bench
from benchmarks.drift import of_class, worn
from benchmarks.people import adults
from benchmarks.profiles import profiles
from benchmarks.sheet import COLUMNS, Line, compose
from core.conversation.messages import Command
from core.storage.database import reading
from core.storage.tables import PictureRow, Profile
from pocket.cast import photos_of
from pocket.people import make_person

DOCS: Final = Path("docs")
# To its planned end, so that the curve also shows what comes after the best.
PLAN: Final[dict[str, Any]] = {"patience": 0}


def main() -> int:
    """Learn somebody twice, and write the three pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--person", type=int, default=adults(1)[0], help="the seed of one of the cast")
    parser.add_argument("--to", type=Path, default=DOCS)
    asked = parser.parse_args()
    with profiles() as studio:
        written = draw(studio, asked.person, asked.to, PLAN)
    print(*written, sep="\n")
    return 0


def draw(studio: Bench, seed: int, to: Path, plan: dict[str, Any]) -> list[Path]:
    """Write the pictures of one person who is learnt by this plan."""
    profile = studio.learn(seed, plan)
    files = {"grid.jpg": grid_of(studio, profile), "curve.png": curve_of(studio, profile)}
    for name, content in files.items():
        (to / name).write_bytes(content)
    without = studio.learn(seed, {**plan, "prior_batch": 0})
    compose(prior(studio, seed, profile, without)).save(to / "prior.jpg", "JPEG", quality=85, optimize=True)
    return [to / name for name in (*files, "prior.jpg")]


def grid_of(studio: Bench, profile: Profile) -> bytes:
    """The grid that `/grid` answers with."""
    studio.ask(profile, Command("grid", f"{studio.words(profile)['name']} steps"))
    with reading(studio.studio.engine) as session:
        newest = (
            select(PictureRow).where(PictureRow.profile_id == profile.id).order_by(col(PictureRow.id).desc())
        )
        return studio.read(profile, session.exec(newest.limit(1)).one().file)


def curve_of(studio: Bench, profile: Profile) -> bytes:
    """The curve that is shown at the end of a training."""
    return studio.read(profile, studio.version(profile).curve)


def prior(studio: Bench, seed: int, profile: Profile, without: Profile, columns: int = COLUMNS) -> list[Line]:
    """The class at the same seeds: as the base draws it, and after a training of each kind."""
    kind = make_person(seed).kind
    similarity = studio.version(profile).similarity, studio.version(without).similarity
    kept, lost = (f"likeness of its samples {one or 0:.2f}" for one in similarity)
    return [
        Line(f"Who was learnt: photos of a {kind}", [one.pixels for one in photos_of(seed, columns, 256)]),
        Line(f'"a photo of a {kind}" before', of_class(studio, profile, columns, {})),
        Line(f"After a training with prior preservation ({kept})",
             of_class(studio, profile, columns, worn(studio, profile))),
        Line(f"After one without ({lost})", of_class(studio, without, columns, worn(studio, without))),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
