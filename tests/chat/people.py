"""Somebody who talks to a studio in process, and how far a conversation can be taken without a worker."""

from sqlmodel import select

from core.chat import Incoming, outbox, respond
from core.conversation.messages import (
    Chosen,
    Command,
    Heard,
    Option,
    Photos,
    Reply,
    Text,
    Upload,
)
from core.storage.database import reading, writing
from core.storage.keys import photos_key
from core.storage.studio import Studio
from core.storage.tables import (
    Photo,
    PhotoState,
    Profile,
)


class Person:
    """Somebody who talks to a studio; replies are delivered to a list."""

    def __init__(self, studio: Studio, user: str = "ana", platform: str = "console") -> None:
        self.studio, self.user, self.platform, self.updates = studio, user, platform, 0
        self.messages: dict[str, Reply] = {}
        self.language = ""  # of the client

    def say(self, heard: Heard, update: int | None = None) -> list[Reply]:
        self.updates += 1
        number = self.updates if update is None else update
        source = f"{self.platform}:{self.user}"
        place = (self.platform, source, number, self.user, self.user)
        respond(self.studio, Incoming(*place, heard, person="Ana", language=self.language))
        return self.read()

    def read(self) -> list[Reply]:
        said = []
        while claimed := outbox.claim(self.studio, self.platform):
            for outgoing in claimed:
                message = outgoing.message or f"m{len(self.messages) + 1}"
                self.messages[message] = outgoing.reply
                said.append(outgoing.reply)
                outbox.delivered(self.studio, outgoing, message)
        return said

    def tap(self, label: str) -> list[Reply]:
        options: list[Option] = [
            one for reply in self.messages.values() for one in getattr(reply, "options", ())
        ]
        return self.say(Chosen([one.key for one in options if one.label.startswith(label)][-1]))

    def draft(self) -> None:
        """A draft that lacks only its photos."""
        self.say(Command("new"))
        self.tap("woman")
        self.say(Text("Ana summer"))
        self.tap("Kept")
        self.tap("It's me")


def upload(number: int) -> Upload:
    return Upload(f"/photos/{number}.jpg", f"u{number}", 1000)


def judge_all(studio: Studio, count: int) -> None:
    """As a look at the photos would: everything is good."""
    with writing(studio.engine) as session:
        for photo in session.exec(select(Photo).limit(count)):
            profile = session.get_one(Profile, photo.profile_id)
            photo.state, photo.verdict, photo.chosen = PhotoState.JUDGED, "accepted", True
            photo.file = photo.thumbnail = f"{profile.handle}/photo-{photo.number}"
            key = studio.keys.open(photos_key(profile.handle))
            studio.files.write(photo.file, b"CANARY-PHOTO", key)


def confirmed(ana: Person, count: int = 6) -> Profile:
    ana.draft()
    ana.say(Photos(tuple(upload(number) for number in range(count)), "album"))
    judge_all(ana.studio, count)
    with reading(ana.studio.engine) as session:
        handle = session.exec(select(Profile.handle).where(Profile.sample == "")).one()
    ana.say(Chosen(f"photos:{handle}:done"))
    ana.tap("Train")
    with reading(ana.studio.engine) as session:
        return session.exec(select(Profile).where(Profile.handle == handle)).one()
