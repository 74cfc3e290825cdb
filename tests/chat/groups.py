"""A group of people, what is said in it and to them alone, and what a worker would do."""

from sqlmodel import select

from core.chat import Incoming, news, outbox, respond
from core.conversation.messages import (
    Command,
    Gallery,
    Happened,
    Heard,
    Reply,
)
from core.storage import ledger
from core.storage.database import new_handle, reading, writing
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    Identity,
    PictureRow,
    Profile,
    Work,
    WorkState,
)
from core.storage.work import finish

GROUP = "-100"


class Group:
    """A group on the console, and everything that was said in it and to its people alone."""

    def __init__(self, studio: Studio, chat: str = GROUP) -> None:
        self.studio, self.chat, self.updates = studio, chat, 0
        self.said: dict[str, list[Reply]] = {}
        self.shown: dict[str, Reply] = {}

    def hear(
        self,
        user: str,
        heard: Heard | Happened,
        *,
        admin: bool | None = False,
        topic: str = "",
        language: str = "",
    ) -> list[Reply]:
        self.updates += 1
        chat = f"{self.chat}/{topic}" if topic else self.chat
        incoming = Incoming(
            "console", f"group{self.chat}", self.updates, user, chat, heard,
            person=user.capitalize(), group=True, space=self.chat, title="Friday people", admin=admin,
            language=language,
        )  # fmt: skip
        before = len(self.said.get(chat, []))
        respond(self.studio, incoming)
        self.deliver()
        return self.said.get(chat, [])[before:]

    def deliver(self) -> None:
        while claimed := outbox.claim(self.studio, "console"):
            for out in claimed:
                message = out.message or f"m{len(self.shown) + 1}"
                self.said.setdefault(out.chat, []).append(out.reply)
                self.shown[message] = out.reply
                outbox.delivered(self.studio, out, message, "p" if isinstance(out.reply, Gallery) else "")

    def news(self) -> list[Reply]:
        before = len(self.said.get(self.chat, []))
        while news(self.studio, "console"):
            pass
        self.deliver()
        return self.said.get(self.chat, [])[before:]

    def imagine(self, user: str, words: str) -> Work | None:
        with reading(self.studio.engine) as session:
            before = {work.id for work in session.exec(select(Work))}
        self.hear(user, Command("imagine", words))
        with reading(self.studio.engine) as session:
            return next((work for work in session.exec(select(Work)) if work.id not in before), None)


def drawn(group: Group, work: Work) -> None:
    """As a worker would: one picture, stored and told of."""
    with writing(group.studio.engine) as session:
        row = session.get_one(Work, work.id)
        profile = session.get_one(Profile, row.profile_id)
        name = f"{profile.handle}/picture-{row.handle}"
        group.studio.files.write(name, b"PICTURE", group.studio.keys.open(profile_key(profile.handle)))
        session.add(
            PictureRow(
                handle=new_handle(), work_id=row.id or 0, profile_id=profile.id or 0, number=1, file=name
            )
        )
        finish(session, row, WorkState.SUCCEEDED, used=1)


def state(group: Group, work: Work) -> Work:
    with reading(group.studio.engine) as session:
        return session.get_one(Work, work.id)


def balance(group: Group, user: str) -> int:
    with reading(group.studio.engine) as session:
        account = session.get_one(Identity, ("console", user)).account_id
        return ledger.balance(session, account, ledger.PICTURE)


def words(replies: list[Reply]) -> str:
    return "\n".join(reply.text for reply in replies)
