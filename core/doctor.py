"""`python -m core.doctor`: what this machine has, what is missing, and what to do about it.

`python -m core.doctor models` looks at every model that the configuration lists, to the byte.
"""

import sys
from collections.abc import Iterator

from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import select

from core.errors import SettingMissing
from core.listing import listed
from core.settings import Settings
from core.storage.database import reading
from core.storage.keys import read_master_key
from core.storage.studio import open_studio
from core.storage.tables import Account, WantedClass
from core.work_queue import connect

LEAST_FREE = 2 << 30  # bytes: below it new photos are not taken


def findings(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Each thing looked at: whether it is well, and a sentence with the remedy."""
    try:
        read_master_key(settings.master_key)
        yield True, f"master key: {settings.master_key}. Keep a copy of it apart from the data."
    except SettingMissing as missing:
        yield False, f"{missing}. `make up` creates one on its first start."
        return
    studio = open_studio(settings)
    try:
        with reading(studio.engine) as session:
            accounts = len(session.exec(select(Account.id)).all())
            wanted = session.exec(select(WantedClass)).all()
        yield True, f"database: {studio.engine.dialect.name}, {accounts} accounts"
        if wanted:
            words = ", ".join(f"{row.word} ({row.times})" for row in wanted)
            yield True, f"class words that people missed in the list: {words}"
    except (OperationalError, ProgrammingError) as lost:
        yield False, f"database: {type(lost).__name__}. Is it running, and are its tables made (`make up`)?"
    try:
        connect(settings).ping()
        yield True, "Redis protocol server: answers"
    except RedisError as lost:
        yield False, f"Redis protocol server: {type(lost).__name__}. `make up` starts one, or set REDIS_URL."
    free = studio.files.free_bytes()
    if free is not None:
        yield free > LEAST_FREE, f"disk: {free >> 30} GB free, {LEAST_FREE >> 30} are needed"
    yield from _models(settings)
    for name, token in (
        ("TELEGRAM_TOKEN", settings.telegram_token),
        ("DISCORD_TOKEN", settings.discord_token),
    ):
        yield True, f"{name}: {'set' if token else 'not set; that bot does not run'}"


def _models(settings: Settings) -> Iterator[tuple[bool, str]]:
    """What is there or is vouched for; the rest of the list is for `models`."""
    for one in listed(settings.models_file):
        if one.is_here or one.sha256:
            where = "is there" if one.is_here else f"is missing; put it into {one.folder}"
            yield one.is_here, f"{one.kind} {one.name} (licence {one.licence}): {where}"


def models(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Every listed model: whether it may be loaded, or what is missing and how to get it."""
    for one in listed(settings.models_file):
        fault = one.fault()
        about = "; ".join(part for part in (one.about, f"licence {one.licence}") if part)
        yield not fault, f"{one.kind} {one.name} ({about}): {fault or 'is there, as configured'}"


def main() -> int:
    """Print the findings; 0 when all is well. Models are listed to choose from: none of them has to be there."""
    about_models = sys.argv[1:] == ["models"]
    if sys.argv[1:] and not about_models:
        sys.stderr.write("usage: python -m core.doctor [models]\n")
        return 2
    well = True
    for good, sentence in models(Settings()) if about_models else findings(Settings()):
        well &= good
        sys.stdout.write(f"{'ok     ' if good else 'MISSING'}  {sentence}\n")
    return 0 if well or about_models else 1


if __name__ == "__main__":
    sys.exit(main())
