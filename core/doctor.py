"""`python -m core.doctor`: what this machine has, what is missing, and what to do about it."""

import sys
import tomllib
from collections.abc import Iterator

from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import select

from core.errors import SettingMissing
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
    entries = tomllib.loads(settings.models_file.read_text())
    for kind in ("bases", "packs"):
        for name, entry in entries.get(kind, {}).items():
            folder = settings.models_file.parent / entry["path"]
            here = folder.is_dir()
            where = "is there" if here else f"is missing; put it into {entry['path']}"
            yield here, f"{kind[:-1]} {name} (licence {entry['licence']}): {where}"


def main() -> int:
    """Print the findings; 0 when all is well."""
    well = True
    for good, sentence in findings(Settings()):
        well &= good
        sys.stdout.write(f"{'ok     ' if good else 'MISSING'}  {sentence}\n")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
