"""[advice-gain] A bad set becomes a good one on Telegram by doing what the bot asks, and what that is worth.

Two owners send the bot the same ten photos, over the wire. One insists: every photo that the bot will take is kept,
and learnt from. The other leaves out what the bot leaves out, sends what it asks for until it asks for nothing more,
and learns then. Both draw the same four pictures. `python -m benchmarks.advice` writes the second dialogue and both
owners' pictures into `docs`.
"""

import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Final

import numpy as np
from PIL import Image
from sqlmodel import select

from benchmarks.advice_sets import asked_for, bad_set, taken
from benchmarks.people import ENROLMENT_SCENES, adults, faces_of, likenesses
from benchmarks.row import Row, row
from benchmarks.weights import models_file, shipped_pack
from core.artifacts import Embedding, Pixels
from core.faces import FacePack
from core.sheets import grid
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.tables import PictureRow, Profile, WorkKind
from pocket.cast import photos_of
from pocket.people import make_person
from tests.botapi import BotApiServer, Person
from tests.botapi.model import Message
from tests.bots.processes import BotProcess, not_outliving, until
from tests.bots.stories import judge
from tests.jobs.workplace import Workplace, embedded_server, jpeg, workplace

PEOPLE, FULL_PEOPLE = 1, 4
WISH: Final = "/imagine smiling, green background --seed 1"
ROUNDS: Final = 6  # who is not content by then never is
ALBUM: Final = 10
GRADERS: Final = 12  # photos of the person that nobody learns from
PATIENCE: Final = 60.0  # seconds; a bot, a server and a worker share two cores
DOCS: Final = Path("docs")


@dataclass(frozen=True)
class Told:
    """What an owner got: pictures with their likeness to the person, the chat, and the bot's last expectation."""

    pictures: list[Pixels]
    likeness: list[float]
    chat: list[str]
    expected: int

    @property
    def mean(self) -> float:
        """The likeness of what was delivered; 0 if nothing was."""
        return mean(self.likeness) if self.likeness else 0.0


@dataclass(frozen=True)
class Pair:
    """The owner who insists and the owner who follows, of one person's photos."""

    insisting: Told
    following: Told


def run(*, full: bool) -> list[Row]:
    """Let some people, or four, be learnt by both owners."""
    return rows(list(told(adults(FULL_PEOPLE)[: FULL_PEOPLE if full else PEOPLE])))


def rows(pairs: Sequence[Pair]) -> list[Row]:
    """By how much likeness is higher for whoever follows."""
    first = mean(one.insisting.mean for one in pairs)
    then = mean(one.following.mean for one in pairs)
    expected = round(mean(one.insisting.expected for one in pairs))
    raised = round(mean(one.following.expected for one in pairs))
    peer = (
        f"{then:.3f} after advice, {first:.3f} on the first set as it was; expected {raised} and {expected}"
    )
    return [
        row("advice-gain", then - first, "cosine", least=0.02, n=len(pairs), peer=peer),
    ]


def told(people: Sequence[int], models: Path | None = None) -> Iterator[Pair]:
    """Both owners' dialogues about each of these people, on the measured weights or another configuration's."""
    pack = shipped_pack()
    strangers = adults(2 * len(people) + 20)[-len(people) :]
    with _studio(models) as (place, server):
        for seed, stranger in zip(people, strangers, strict=True):
            known = faces_of(
                pack, [one.pixels for one in photos_of(seed, GRADERS, first_scene=ENROLMENT_SCENES)]
            )
            pictures = bad_set(seed, stranger)
            owners = [
                Owner(place, server.person(name), seed, pack, known)
                for name in (f"Ida {seed}", f"Fay {seed}")
            ]
            yield Pair(owners[0].insist(pictures), owners[1].follow(pictures))


@contextmanager
def _studio(models: Path | None) -> Iterator[tuple[Workplace, BotApiServer]]:
    """A studio whose worker is in this process, and the Telegram bot as a process at a loopback server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        models_file() as measured,
        embedded_server() as redis,
        workplace(Path(folder), redis, (models or measured).resolve()) as place,
        BotApiServer() as server,
    ):
        places = {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        environment = {"REDIS_URL": redis, "MODELS_FILE": str((models or measured).resolve())}
        with not_outliving(BotProcess("bots.telegram", places, Path(folder))) as bot:
            bot.start(**environment)
            yield place, server


@dataclass
class Owner:
    """Somebody with a telephone and photos of one person; the worker does what waits when they look up.

    `chat` is what was said, each message as it stood when it was read: the bot changes its messages.
    """

    place: Workplace
    person: Person
    seed: int
    pack: FacePack
    known: list[Embedding]
    sent: int = 0
    chat: list[str] = field(default_factory=list)

    def insist(self, pictures: Sequence[Pixels]) -> Told:
        """Send photos, and have every one of them taken that the bot lets its owner decide on."""
        self._begin()
        panel = self._send(pictures)
        if self._sees("It is one person"):
            self._insist_on("It is one person")
        self._tap("Show my photos")
        self.person.wait_for(lambda chat: [one for one in chat if one.from_bot and one.photo], PATIENCE)
        while (label := self._kept_anyway()) is not None:
            panel = self._insist_on(label)
        return self._learn(panel)

    def follow(self, pictures: Sequence[Pixels]) -> Told:
        """Send photos, and then whatever the bot asks for, until it asks for nothing more."""
        self._begin()
        panel = self._send(pictures)
        if self._sees("It is one person"):
            asked = self.person.wait_for_text("different people. Which one", PATIENCE)
            panel = self._insist_on(next(label for label in asked.buttons if re.match(r"1\b", label)))
        for turn in range(1, ROUNDS + 1):
            wishes = asked_for(panel)
            if not wishes:
                break
            more = taken(self.seed, wishes, 80_000 + 1_000 * turn)
            for start in range(0, len(more), ALBUM):
                panel = self._send(more[start : start + ALBUM])
        return self._learn(panel)

    def _begin(self) -> None:
        self._write("/new")
        self._read("I am learning a...")
        self._tap(make_person(self.seed).kind)
        self._read("What shall we call this profile?")
        self._write(self._name)
        question = self._read("After training, your photos should be...")
        self._tap(question.buttons[0])
        self._read("Is this you")
        self._tap("It's me")
        self._read("Now the photos")

    @property
    def _name(self) -> str:
        return self.person.user.first_name.split()[0]

    def _send(self, pictures: Sequence[Pixels]) -> str:
        """Send photos and wait until they were looked at; the bot's message about them."""
        files = [jpeg(picture) for picture in pictures]
        if len(files) == 1:
            self.person.send_photo(files[0])
        else:
            self.person.send_album(files)
        self._note(f"({len(files)} photos)" if len(files) > 1 else "(a photo)")
        self.sent += len(files)
        judge(self.place, len(files))
        return self._looked()

    def _looked(self) -> str:
        """The bot's message about the photos, once none waits any more."""
        self.place.work()
        word = f"{self.sent} photos, thank you."

        def known(chat: list[Message]) -> bool:
            return any(word in one.words and "Looking" not in one.words for one in chat if one.from_bot)

        self.person.wait_for(known, PATIENCE)
        return self._read(word).words

    def _insist_on(self, label: str) -> str:
        """Tap, and let the worker look again; the bot's message about the photos then."""
        self._tap(label)
        until(lambda: (self.place.work(), not self._sees(label))[1], self.person.transcript, PATIENCE)
        return self._looked()

    def _sees(self, label: str) -> bool:
        return any(label in message.buttons for message in self.person.from_bot())

    def _kept_anyway(self) -> str | None:
        """A button by which a photo is kept against the bot's advice, if there is one left."""
        labels = (label for one in self.person.from_bot() for label in one.buttons)
        return next((label for label in labels if re.fullmatch(r"Keep \d+ anyway", label)), None)

    def _learn(self, panel: str) -> Told:
        """Confirm, learn, draw; what came of it."""
        self._tap("That's all I have")
        self._read("Nothing can be changed after you confirm")
        self._tap("Train")
        self._read(f"Learning {self._name}")
        self.place.work()
        self._read(f"{self._name} is ready.")
        self._write(WISH)
        self.person.wait_for_text("Drawing", PATIENCE)
        self.place.work()
        self._read("Likeness under each")
        delivered = self._delivered()
        expected = re.search(r"Expected quality: (\d+)", panel)
        likeness = likenesses(self.pack, delivered, self.known)
        return Told(delivered, likeness, self.chat, int(expected[1]) if expected else 0)

    def _delivered(self) -> list[Pixels]:
        """The pictures of the last drawing that reached the chat, where they are on one sheet, each as it was made."""
        drawing = self.place.last(WorkKind.DRAW)
        studio = self.place.studio
        with reading(studio.engine) as session:
            key = studio.keys.open(profile_key(session.get_one(Profile, drawing.profile_id).handle))
            made = session.exec(select(PictureRow).where(PictureRow.work_id == drawing.id)).all()
            return [_pixels(studio.files.read(one.file, key)) for one in made if not one.dropped]

    def _write(self, words: str) -> None:
        self.person.send(words)
        self._note(words)

    def _tap(self, label: str) -> None:
        self.person.tap(label)
        self._note(f"`{label}`")

    def _note(self, words: str) -> None:
        self.chat.append(f"**{self._name}:** {words}")

    def _read(self, part: str) -> Message:
        """Wait for the bot to say this; its message."""
        seen = self.person.wait_for_text(part, PATIENCE)
        buttons = " ".join(f"`{label}`" for label in seen.buttons)
        words = seen.words.replace("\n", "  \n")
        self.chat.append(f"**Likeness:** {words}" + (f"  \n{buttons}" if buttons else ""))
        return seen


def _pixels(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as opened:
        return np.array(opened.convert("RGB"))


def _write(pair: Pair) -> None:
    """Keep the dialogue of the owner who follows, and what both owners got."""
    (DOCS / "advice.md").write_text(
        "# A bad set becomes a good one\n\n" + "\n\n".join(pair.following.chat) + "\n"
    )
    owners = {"first set": pair.insisting, "after advice": pair.following}
    least = min(len(told.pictures) for told in owners.values())
    content = grid(
        [[jpeg(one) for one in told.pictures[:least]] for told in owners.values()],
        [f"seed {number + 1}" for number in range(least)],
        list(owners),
        [[f"{like:.2f}" for like in told.likeness[:least]] for told in owners.values()],
    )
    (DOCS / "advice.jpg").write_bytes(content)


if __name__ == "__main__":
    found = next(told(adults(1)))
    _write(found)
    print(rows([found])[0])
