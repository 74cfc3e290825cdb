"""What stories over the wire share: a studio at work beside the bots, and the moments in which it must act."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from core.storage.database import reading
from core.storage.tables import Photo, PhotoState, Work, WorkKind, WorkState
from tests.bots.processes import until
from tests.jobs.workplace import (
    Workplace,
    change,
    embedded_server,
    newest_profile,
    refreshed,
    version_of,
    workplace,
    write_models,
)

PATIENCE = 30.0  # seconds; a worker, a server and bots share two cores


@contextmanager
def studio_at_work(folder: Path) -> Iterator[tuple[Workplace, dict[str, str]]]:
    """A studio whose worker is in this process, and the settings with which a bot finds it."""
    models = write_models(folder, class_images=0, prior_batch=0, checkpoint_every=12)
    with embedded_server() as redis, workplace(folder / "data", redis, models) as place:
        yield place, {"REDIS_URL": redis, "MODELS_FILE": str(models)}


def judge(place: Workplace, count: int) -> None:
    """Wait until the bot has fetched so many photos, and have the worker look at them."""

    def fetched() -> list[str]:
        with reading(place.studio.engine) as session:
            return list(session.exec(select(Photo.state).where(col(Photo.raw) != "")))

    until(lambda: fetched() == [PhotoState.STORED] * count, fetched)
    place.work()


def learn(place: Workplace) -> None:
    """Have the worker train what is queued, and let every picture of it pass."""
    place.work()
    # So short a training makes no likeness; which pictures pass is not what the stories are about.
    change(place.studio, version_of(place.studio, newest_profile(place.studio)), floor=-1.0)


def assert_withheld(place: Workplace, drawing: Work) -> None:
    """Let the worker do what waits: this drawing is not among it, and never will be."""
    assert WorkKind.DRAW not in place.work()
    assert refreshed(place.studio, drawing).state == WorkState.CANCELLED
