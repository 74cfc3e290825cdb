"""Profiles that nobody has to train: the sample's weights under a name of one's own, in a running bot's studio."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlmodel import col, select

from core.accounts import add_sample, find_account, samples
from core.storage.database import reading, writing
from core.storage.studio import Studio, open_studio
from core.storage.tables import Grant, Space
from tests.jobs.workplace import settings_in


@contextmanager
def studio_in(data: Path) -> Iterator[Studio]:
    """The studio that a bot's process works in."""
    studio = open_studio(settings_in(data))
    try:
        yield studio
    finally:
        studio.engine.dispose()


def give_profile(studio: Studio, platform: str, user: int, name: str, trigger: str) -> int:
    """A trained profile of somebody's own; answers its handle."""
    settings = studio.settings
    robin = next(iter(samples(settings.models_file, settings.base)))
    with writing(studio.engine) as session:
        account, _ = find_account(studio, session, platform, str(user))
        profile = add_sample(studio, session, account, replace(robin, name=name, trigger=trigger))
        profile.sample = ""
        return profile.handle


def spaces(studio: Studio) -> set[str]:
    """The spaces that are known, by the platform's names of them."""
    with reading(studio.engine) as session:
        return set(session.exec(select(Space.chat)))


def open_grants(studio: Studio, space: int) -> int:
    """How much is shared with a space."""
    with reading(studio.engine) as session:
        rows = session.exec(
            select(Grant.id)
            .join(Space, col(Space.handle) == col(Grant.space))
            .where(Space.chat == str(space), col(Grant.ended_at).is_(None))
        )
        return len(rows.all())
