"""[isolation] Cases of who does what to whose, and how many of them end otherwise than the table of rules says."""

import random
import tempfile
from pathlib import Path

from benchmarks.isolation import build, observe, random_case
from benchmarks.isolation_rules import allowed, readable
from benchmarks.row import Row, row
from core.settings import Settings
from core.storage.studio import open_studio
from core.up import migrate

CASES, FULL_CASES = 2_000, 20_000


def run(*, full: bool) -> list[Row]:
    """Measure in one world."""
    chance, wrong = random.Random(1), 0  # noqa: S311  (cases, not secrets)
    cases = FULL_CASES if full else CASES
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]  # pydantic's own
        migrate(settings)
        studio = open_studio(settings)
        world = build(studio, 3)
        for _ in range(cases):
            case = random_case(chance)
            changes, names = observe(world, case)
            wrong += changes != allowed(world, case) or not names <= readable(world, case)
        studio.engine.dispose()
    return [row("isolation", wrong, "cases", most=0, n=cases)]
