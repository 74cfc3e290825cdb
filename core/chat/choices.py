"""What somebody may choose from while they are still typing; reads only, and makes no account."""

from sqlmodel import select

from core.chat.space_views import granted, known_space
from core.chat.views import build_view, profile_view
from core.chat.work_views import bases_of, latest_offers
from core.conversation.views import ProfileView
from core.storage.database import clock, reading
from core.storage.studio import Studio
from core.storage.tables import Account, Identity, Version

DRAWABLE = frozenset({"trained", "queued", "training"})  # a drawing waits for the end of a training


def profiles(studio: Studio, platform: str, user: str) -> tuple[ProfileView, ...]:
    """The profiles of a chat user; none for somebody who was never heard."""
    with reading(studio.engine) as session:
        identity = session.exec(
            select(Identity).where(Identity.platform == platform, Identity.user == user)
        ).first()
        if identity is None:
            return ()
        return build_view(studio, session, session.get_one(Account, identity.account_id)).profiles


def shared(studio: Studio, platform: str, chat: str, *, by: str = "") -> tuple[ProfileView, ...]:
    """The profiles that are shared with a platform's group or server, for whoever is proven to be a member.

    With `by` only those that this chat user shares.
    """
    with reading(studio.engine) as session:
        sharer = session.get(Identity, (platform, by)) if by else None
        if by and sharer is None:
            return ()
        space = known_space(session, platform, chat)
        if space is None:
            return ()
        seen = []
        for _, profile in granted(session, space):
            if sharer and profile.account_id != sharer.account_id:
                continue
            version = session.get(Version, profile.version_id) if profile.version_id else None
            seen.append(profile_view(studio, session, profile, version, clock(session), with_photos=False))
        return tuple(seen)


def to_draw(studio: Studio, platform: str, user: str, chat: str) -> tuple[ProfileView, ...]:
    """What a chat user may draw in a group or server (none: empty): their own, and what is shared there."""
    found = (*profiles(studio, platform, user), *(shared(studio, platform, chat) if chat else ()))
    return tuple(one for one in found if one.state in DRAWABLE)


def of_person(studio: Studio, platform: str, user: str, other: str, chat: str) -> tuple[ProfileView, ...]:
    """Of those, what another chat user shares there; of oneself one's own."""
    found = profiles(studio, platform, user) if other == user else ()
    if other != user and chat:
        found = shared(studio, platform, chat, by=other)
    return tuple(one for one in found if one.state in DRAWABLE)


def bases(studio: Studio) -> dict[str, str]:
    """The base models that draw here, with their titles."""
    with reading(studio.engine) as session:
        offers, _ = latest_offers(session)
    base = studio.settings.base
    return {base: str(offers.get("base_title", base))} | {one.name: one.title for one in bases_of(offers)}
