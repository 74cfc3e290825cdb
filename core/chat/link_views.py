"""With whom an account is linked."""

from typing import Any

from sqlmodel import Session, select

from core.conversation.language import gettext as _
from core.conversation.linking import platform_name
from core.errors import KeyGone
from core.storage.keys import account_key
from core.storage.studio import Studio
from core.storage.tables import Account, Link


def names_of(studio: Studio, session: Session, link: Link) -> dict[str, Any]:
    """What the two call themselves: issuer and joined."""
    account = session.get_one(Account, link.account_id)
    try:
        body: dict[str, Any] = studio.unseal(account_key(account.handle), link.sealed, f"link-{link.handle}")
    except KeyGone:
        return {"issuer": "", "joined": ""}
    return body


def links_of(studio: Studio, session: Session, account: Account) -> tuple[tuple[int, str], ...]:
    """The identities that are linked with the account, as people name them."""
    links = session.exec(select(Link).where(Link.account_id == account.id, Link.state == "linked")).all()
    return tuple(
        (
            link.handle,
            _("{name} on {platform}").format(
                name=names_of(studio, session, link)["joined"], platform=platform_name(link.joined_platform)
            ),
        )
        for link in links
    )
