"""What a chat platform must be able to do, and what it may say instead."""

from typing import Protocol

from core.chat import outbox
from core.conversation.messages import Upload


class NotNow(Exception):
    """The platform certainly did not take it; try again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Refused(Exception):
    """The platform will never take it: blocked, or the chat is gone."""


class SpaceGone(Refused):
    """The group or server has removed the bot, or is no more.

    `space` names it where the place of the reply does not; with `elsewhere` the reply can reach its person another way.
    """

    def __init__(self, why: str, space: str = "", *, elsewhere: bool = False) -> None:
        super().__init__(why)
        self.space = space
        self.elsewhere = elsewhere


class SpaceMoved(Exception):
    """The platform gave the group another name."""

    def __init__(self, to: str) -> None:
        super().__init__("the group has another name")
        self.to = to


class MessageGone(Exception):
    """The message that was to be replaced is gone; the reply must be sent as a new one."""


class Unanswered(Exception):
    """It was sent, and whether it arrived is not known."""


class Platform(Protocol):
    """What a chat platform must be able to do; everything else here is the same for all."""

    name: str

    @property
    def bot(self) -> str:
        """The number of the bot itself, as `Incoming.source` has it."""

    async def show(self, outgoing: outbox.Outgoing) -> tuple[str, str]:
        """Send or replace; answers the message's id and which pictures it shows (empty for words).

        Raises NotNow, Refused, MessageGone or Unanswered.
        """

    async def fetch(self, upload: Upload) -> bytes:
        """Download an announced file. Raises PhotoRefused, or NotNow when the platform does not answer."""

    async def is_admin(self, space: str, user: str) -> bool | None:
        """Whether somebody is an admin of a group or server at this moment; None when the platform does not say."""

    async def is_member(self, space: str, user: str) -> bool | None:
        """Whether somebody is in a group or server at this moment; None when the platform does not say.

        Raises SpaceGone when it is the bot that is not.
        """
