"""Whose profiles a space uses, so that a platform can be asked whether they are still members there.

Discord tells of nobody who leaves without a privileged intent, and Telegram tells admins alone. So it is asked: when
a shared profile would be drawn, before its pictures are shown, and of every owner now and then.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from core.chat.mentions import handles
from core.chat.space_views import granted, grants_of_work, known_space
from core.chat.spaces import leave
from core.chat.views import profile_view
from core.conversation.messages import Chosen, Command, Text
from core.conversation.sharing import meant
from core.conversation.views import SpaceView
from core.prompts import PromptRefused, parse
from core.storage.database import clock, reading, writing
from core.storage.studio import Studio
from core.storage.tables import Grant, Identity, Profile, Space, Work

if TYPE_CHECKING:
    from core.chat import Incoming


@dataclass(frozen=True)
class Owner:
    """Somebody who shares something with a space; `users` are who they are on its platform."""

    space: str  # the platform's name of it
    account: int
    users: tuple[str, ...]


def asked_for(studio: Studio, incoming: "Incoming") -> list[Owner]:
    """The owners of the shared profiles that this turn would have drawn, but the speaker."""
    match incoming.heard:
        case Command(name, words) if name.lower() == "imagine":
            pass
        case Text(words):
            pass
        case Chosen(key) if key.startswith("again:"):
            words = ""
        case _:
            return []
    with reading(studio.engine) as session:
        space = known_space(session, incoming.platform, incoming.space)
        shared = granted(session, space) if space else []
        if space is None or not shared:
            return []
        if isinstance(incoming.heard, Chosen):
            profiles = _drawn(session, incoming.heard.key)
        else:
            profiles = _named(studio, session, [profile for _, profile in shared], words)
        speaker = session.get(Identity, (incoming.platform, incoming.user))
        accounts = dict.fromkeys(profile.account_id for profile in profiles)
        return [_owner(session, space, one) for one in accounts if not speaker or speaker.account_id != one]


def _named(studio: Studio, session: Session, shared: list[Profile], words: str) -> list[Profile]:
    """Those that a prompt names or wears or, where it does neither, the only one that there is."""
    try:
        prompt = parse(words)
    except PromptRefused:
        return []
    worn = [one for one in shared if one.handle in {tag.profile for tag in prompt.tags}]
    now = clock(session)
    seen = [profile_view(studio, session, one, None, now, with_photos=False) for one in shared]
    found = meant(SpaceView(0, shared=tuple(seen)), prompt)
    if found is None:
        return worn or (shared if len(shared) == 1 and not prompt.name and not prompt.tags else [])
    return [*worn, next(one for one in shared if one.handle == found.handle)]


def _drawn(session: Session, key: str) -> list[Profile]:
    """The profiles of others' that the tapped drawing shows."""
    work = session.exec(select(Work).where(col(Work.handle).in_(handles(key)))).first()
    grants = grants_of_work(session, work.grant_id, work.id) if work else ()
    rows = (
        select(Profile).join(Grant, col(Grant.profile_id) == col(Profile.id)).where(col(Grant.id).in_(grants))
    )
    return list(session.exec(rows))


def of_grant(studio: Studio, grant_id: int) -> Owner | None:
    """Who gave a grant; None when it has ended."""
    with reading(studio.engine) as session:
        grant = session.get(Grant, grant_id)
        profile = session.get(Profile, grant.profile_id) if grant and grant.ended_at is None else None
        if grant is None or profile is None:
            return None
        space = session.exec(select(Space).where(Space.handle == grant.space)).first()
        return _owner(session, space, profile.account_id) if space else None


def everybody(studio: Studio, platform: str, bot: str) -> list[Owner]:
    """Everybody who shares something with a space that a platform's bot was last heard in."""
    with reading(studio.engine) as session:
        rows = session.exec(
            select(Space, Profile.account_id)
            .join(Grant, col(Grant.space) == col(Space.handle))
            .join(Profile, col(Profile.id) == col(Grant.profile_id))
            .where(Space.platform == platform, Space.bot == bot, col(Grant.ended_at).is_(None))
            .order_by(col(Grant.id))
        ).all()
        pairs = {(space.handle, account): space for space, account in rows}
        return [_owner(session, space, account) for (_, account), space in pairs.items()]


def _owner(session: Session, space: Space, account: int) -> Owner:
    users = select(Identity.user).where(Identity.account_id == account, Identity.platform == space.platform)
    return Owner(space.chat, account, tuple(session.exec(users)))


def has_left(studio: Studio, platform: str, owner: Owner) -> None:
    """The platform says that they are no member: what they share there ends."""
    with writing(studio.engine) as session:
        if space := known_space(session, platform, owner.space):
            leave(studio, session, space, owner.account)
