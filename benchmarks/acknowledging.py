"""[ack-p95-ms] From what somebody does to the bot's first answer, 200 people on two platforms at once.

Both bots run as processes of their own on one studio, against the tests' loopback servers: Discord's acknowledgement
is its answer to the interaction, Telegram's is the message that the bot sends.
"""

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.row import Row, percentile, row
from core.settings import Settings
from core.up import migrate
from tests.botapi import BotApiServer, Person as TelegramPerson
from tests.bots.processes import BotProcess, not_outliving
from tests.discordapi import DiscordServer
from tests.discordapi.model import Interaction
from tests.discordapi.person import Person as DiscordPerson

PEOPLE: Final = 100  # on each platform
RATE: Final = 20.0  # events a second, both platforms together
SECONDS, FULL_SECONDS = 20.0, 60.0
COMMANDS: Final = ("status", "profiles", "privacy")
SENDS: Final = frozenset({"sendMessage", "sendPhoto", "sendMediaGroup"})
PATIENCE: Final = 10.0  # seconds after the last event; who has no answer by then waited that long


def run(*, full: bool) -> list[Row]:
    """Open-loop arrivals; whoever still waits for an answer does not act again."""
    with both_bots() as (_, telegram, discord):
        crowd = Crowd(telegram, discord, PEOPLE)
        crowd.act(FULL_SECONDS if full else SECONDS, RATE)
        waits = crowd.waits()
    return [
        row("ack-p95-ms", percentile(waits, 0.95) * 1000, "ms", most=100, n=len(waits),
            peer=f"{2 * PEOPLE} people on two platforms, {RATE:g} events a second"),
    ]  # fmt: skip


@contextmanager
def both_bots(
    *, enforce_rates: bool = False, **environment: str
) -> Iterator[tuple[Settings, BotApiServer, DiscordServer]]:
    """A studio with nothing in it, and both bots at servers that no one has written to."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(_env_file=None, data_dir=folder, database_url="")  # type: ignore[call-arg]  # pydantic's own
        migrate(settings)
        telegram = stack.enter_context(BotApiServer(enforce_rates=enforce_rates))
        discord = stack.enter_context(DiscordServer(enforce_rates=enforce_rates))
        for module, places in (
            ("bots.telegram", {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}),
            ("bots.discord", {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url}),
        ):
            stack.enter_context(not_outliving(BotProcess(module, places, folder))).start(**environment)
        yield settings, telegram, discord


class Crowd:
    """People on both platforms, each with something to ask now and then."""

    def __init__(self, telegram: BotApiServer, discord: DiscordServer, people: int) -> None:
        self._telegram = telegram
        on_discord = [discord.person(f"Dan {number}") for number in range(people)]
        channel = discord.guild("Friday people", *on_discord)
        self.people: list[TelegramPerson | DiscordPerson] = [
            *(telegram.person(f"Tia {number}") for number in range(people)),
            *(person.at(channel) for person in on_discord),
        ]
        self._chance = random.Random(1)  # noqa: S311  (arrivals, not secrets)
        self._written: list[tuple[TelegramPerson, float]] = []
        self._latest: dict[int, float] = {}
        self._asked: dict[int, Interaction] = {}
        self._interactions: list[Interaction] = []

    def act(self, seconds: float, rate: float) -> None:
        """Let somebody who does not wait do something, at the moments of a Poisson process."""
        due = time.monotonic()
        ends = due + seconds
        while (due := due + self._chance.expovariate(rate)) < ends:
            time.sleep(max(0.0, due - time.monotonic()))
            answers = self._answers()
            free = [person for person in self.people if not self._waits(person, answers)]
            if free:
                self._ask(self._chance.choice(free))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answers = self._answers()
            if not any(self._waits(person, answers) for person in self.people):
                return
            time.sleep(0.05)

    def waits(self) -> list[float]:
        """How long each of them waited, in seconds."""
        answers = self._answers()
        waited = []
        for person, at in self._written:
            later = [moment for moment in answers[person.id] if moment >= at]
            waited.append(later[0] - at if later else PATIENCE)
        for one in self._interactions:
            waited.append(one.answer_at - one.at if one.answered else PATIENCE)
        return waited

    def _ask(self, person: TelegramPerson | DiscordPerson) -> None:
        command = self._chance.choice(COMMANDS)
        if isinstance(person, TelegramPerson):
            self._latest[person.id] = self._telegram.world.clock()
            self._written.append((person, self._latest[person.id]))
            person.send(f"/{command}")
            return
        asked = person.slash(command)
        self._asked[person.user.id] = asked
        self._interactions.append(asked)

    def _waits(self, person: TelegramPerson | DiscordPerson, answers: dict[int, list[float]]) -> bool:
        if isinstance(person, TelegramPerson):
            asked_at, latest = self._latest.get(person.id, 0.0), answers[person.id]
            return bool(asked_at) and not (latest and latest[-1] >= asked_at)
        asked = self._asked.get(person.user.id)
        return asked is not None and not asked.answered

    def _answers(self) -> dict[int, list[float]]:
        """When the Telegram bot wrote to each chat, in order."""
        answers: dict[int, list[float]] = defaultdict(list)
        for call in self._telegram.calls():
            if call.method in SENDS and call.status == 200:
                answers[int(call.parameters["chat_id"])].append(call.at)
        return answers
