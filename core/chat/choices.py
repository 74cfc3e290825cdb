"""What somebody may choose from while they are still typing; reads only, and makes no account."""

from sqlmodel import select

from core.chat.views import build_view, latest_offers
from core.conversation.views import ProfileView
from core.storage.database import reading
from core.storage.studio import Studio
from core.storage.tables import Account, Identity


def profiles(studio: Studio, platform: str, user: str) -> tuple[ProfileView, ...]:
    """The profiles of a chat user; none for somebody who was never heard."""
    with reading(studio.engine) as session:
        identity = session.exec(
            select(Identity).where(Identity.platform == platform, Identity.user == user)
        ).first()
        if identity is None:
            return ()
        return build_view(studio, session, session.get_one(Account, identity.account_id)).profiles


def bases(studio: Studio) -> dict[str, str]:
    """The base models that draw here, with their titles."""
    with reading(studio.engine) as session:
        offers, _ = latest_offers(session)
    base = studio.settings.base
    return {base: str(offers.get("base_title", base))}
