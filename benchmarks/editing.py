"""[edit-rate] How near to the platforms' rates the bots come while 200 people's works make progress at once.

Both bots run as processes of their own on one studio, against the tests' loopback servers, which answer 429 to who
is too fast. Everybody has a training of which a worker tells something new every second; in groups and in a channel
people draw as well, all at once; some say something now and then. What a worker would do is left out: its reports
and pictures are written as it writes them. Half-way a quarter of an hour passes on Discord, after which its messages
can be changed only as others can, by the routes that have a limit in each channel.

The figure is the largest share of any allowance that was ever asked for: of a private chat, of a group, of a route
in a channel or of an interaction, and of all of them together. What is refused counts too, so that a 429 is a
figure above 1. Where the machine was too busy for one edit of each work, nothing was shown, and there is no figure.
"""

import json
import logging
import math
import threading
from typing import Final, Self

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select, update

from benchmarks.acknowledging import Crowd, both_bots
from benchmarks.row import Row, row
from core.accounts import open_profile
from core.storage.database import clock, new_handle, reading, writing
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Identity,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkerRow,
    WorkKind,
    WorkState,
)
from core.storage.work import ask, finish
from core.work_queue import connect, wake
from tests.botapi import BotApiServer, Person as TelegramPerson
from tests.bots.processes import photo, until
from tests.jobs.workplace import embedded_server

log = logging.getLogger(__name__)

PEOPLE: Final = 100  # on each platform
GROUPS, MEMBERS = 3, 20  # on Telegram; as many draw in one channel on Discord
TALK: Final = 5.0  # commands a second
SECONDS, FULL_SECONDS = 80.0, 160.0
REPORT_EVERY: Final = 1.0  # seconds; a worker reports every two
STEPS: Final = 400
QUARTER: Final = 15 * 60.0
EDITS: Final = frozenset({"editMessageText", "editMessageCaption", "editMessageMedia"})
PATIENCE: Final = 60.0


def run(*, full: bool) -> list[Row]:
    """Talk, draw and learn for a while, and ask the servers what they counted."""
    seconds = FULL_SECONDS if full else SECONDS
    with embedded_server() as redis, both_bots(enforce_rates=True, REDIS_URL=redis) as at:
        settings, telegram, discord = at
        studio = open_studio(settings.model_copy(update={"redis_url": redis}))
        crowd = Crowd(telegram, discord, PEOPLE)
        begin(studio, crowd, telegram)
        with Worker(studio) as worker:
            crowd.act(seconds / 2, TALK)
            discord.pass_time(QUARTER)
            worker.hurries = True
            crowd.act(seconds / 2, TALK)
        studio.engine.dispose()
        shares = {**telegram.shares(), **discord.shares()}
        edits = sum(call.method in EDITS and call.status == 200 for call in telegram.calls())
        edits += sum(call.route.startswith("PATCH") and call.status == 200 for call in discord.calls())
    for name, share in sorted(shares.items(), key=lambda one: -one[1]):
        print(f"  {share:5.2f} of what may be asked: {name}")
    trainings, drawings = 2 * PEOPLE, (GROUPS + 1) * MEMBERS
    share = max(shares.values()) if edits >= trainings + drawings else math.nan
    return [
        row("edit-rate", share, "of allowed", most=1, n=edits,
            peer=f"{trainings} trainings and {drawings} drawings make progress at once"),
    ]  # fmt: skip


def begin(studio: Studio, crowd: Crowd, telegram: BotApiServer) -> None:
    """Everybody says something, some draw where others read along, and everybody has a training."""
    on_telegram = [person for person in crowd.people if isinstance(person, TelegramPerson)]
    on_discord = [person for person in crowd.people if not isinstance(person, TelegramPerson)]
    for person in on_telegram:
        person.send("/status")
    for one in on_discord:
        one.slash("status")
    until(lambda: _count(studio, Identity) == 2 * PEOPLE, lambda: _count(studio, Identity), PATIENCE)
    for start in range(0, GROUPS * MEMBERS, MEMBERS):
        members = on_telegram[start : start + MEMBERS]
        group = telegram.group("Friday people", *members)
        for person in members:
            person.at(group).send("/imagine as an astronaut --n 1")
    for one in on_discord[:MEMBERS]:
        one.slash("imagine", prompt="as an astronaut", count=1)
    drawings = (GROUPS + 1) * MEMBERS
    until(lambda: _count(studio, Work) == drawings, lambda: _count(studio, Work), PATIENCE)
    with writing(studio.engine) as session:
        for identity in session.exec(select(Identity)).all():
            _train(studio, session, identity)


def _count(studio: Studio, table: type[Identity | Work]) -> int:
    with reading(studio.engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def _train(studio: Studio, session: Session, identity: Identity) -> None:
    """A training that runs, and is told of where the person is alone with the bot."""
    account = session.get_one(Account, identity.account_id)
    words = {"name": "Mine", "class_word": "woman", "trigger": "zanora"}
    profile = open_profile(studio, session, account, words)
    profile.state = ProfileState.TRAINING
    version = Version(profile_id=profile.id or 0, base=studio.settings.base)
    session.add(version)
    session.flush()
    profile.version_id = version.id
    chat = identity.user if identity.platform == "telegram" else f"@{identity.user}"
    ask(
        session, kind=WorkKind.LEARN, account_id=account.id, profile_id=profile.id, version_id=version.id,
        state=WorkState.RUNNING, platform=identity.platform, chat=chat,
    )  # fmt: skip


class Worker:
    """What a worker would write: of every training a step each time, and one drawing; all of them when it hurries."""

    def __init__(self, studio: Studio) -> None:
        self.hurries = False
        self._studio = studio
        self._redis = connect(studio.settings)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._redis.close()

    def _work(self) -> None:
        step = 0
        while not self._over.wait(REPORT_EVERY):
            step += 1
            try:
                self._report(step)
            except (
                OperationalError
            ):  # the bots kept the database busy for too long; the next report says more
                log.warning("report %d was lost", step)
            wake(self._redis, "news")

    def _report(self, step: int) -> None:
        with writing(self._studio.engine) as session:
            session.merge(WorkerRow(name="w1", seen_at=clock(session)))
            # What `report` writes, of all of them in one statement: nobody else can write meanwhile.
            progress = json.dumps({"step": step, "steps": STEPS, "seconds_left": STEPS - step})
            session.execute(
                update(Work)
                .where(col(Work.kind) == WorkKind.LEARN)
                .values(news=Work.news + 1, progress=progress)
            )
            drawings = select(Work).where(Work.kind == WorkKind.DRAW, col(Work.state).in_(OPEN_WORK))
            most = None if self.hurries else 1
            for work in session.exec(drawings.order_by(col(Work.id)).limit(most)).all():
                self._draw(session, work)

    def _draw(self, session: Session, work: Work) -> None:
        handle = session.get_one(Profile, work.profile_id).handle
        file = new_name(handle, "picture")
        self._studio.files.write(file, photo(work.id or 0), self._studio.keys.open(profile_key(handle)))
        picture = PictureRow(
            handle=new_handle(), work_id=work.id or 0, profile_id=work.profile_id, number=1, file=file, similarity=0.7,
        )  # fmt: skip
        session.add(picture)
        session.flush()
        finish(session, work, WorkState.SUCCEEDED, used=1)
