"""Erasing a whole account (SPEC P10): its profiles as each deletion does, and everything else that names it.

What was asked of other people's profiles goes too, and the identities at once: whoever writes next is somebody new.
The account's own row and key stay until the last profile is swept and the farewell has arrived; upkeep ends them.
"""

from sqlmodel import Session, col, delete, or_, select

from core.chat.outbox import post
from core.chat.scene import Scene
from core.chat.spaces import end_grants, withhold
from core.conversation.effects import Forget
from core.conversation.messages import Say
from core.conversation.sharing_phrases import NOT_DELIVERED
from core.storage.database import clock
from core.storage.erasing import Notice, begin_deletion, doom
from core.storage.tables import (
    Grant,
    Identity,
    Link,
    Member,
    PictureRow,
    Posted,
    Profile,
    ProfileState,
    Work,
    Worn,
)
from core.storage.worn_table import wearing_others


def forget(scene: Scene, effect: Forget) -> None:
    """Begin; nothing of the account is of use to anybody from this transaction on."""
    session, account = scene.session, scene.account
    profiles = session.exec(
        select(Profile).where(Profile.account_id == account.id, Profile.state != ProfileState.DELETING)
    ).all()
    shared = select(Grant).where(
        col(Grant.profile_id).in_([profile.id for profile in profiles]), col(Grant.ended_at).is_(None)
    )
    end_grants(scene.studio, session, session.exec(shared).all(), NOT_DELIVERED)
    _forget_asked(session, account.id or 0)
    notice = Notice(scene.platform, scene.chat, effect.done)
    for place, profile in enumerate(profiles, 1):
        # Keys are destroyed in this order, so the farewell comes with the last.
        begin_deletion(session, scene.studio, profile, notice if place == len(profiles) else None)
    if not profiles:
        post(scene.studio, session, account, None, scene.platform, scene.chat, (Say(effect.done),))
    homes = session.exec(select(Identity.home_id).where(Identity.account_id == account.id)).all()
    joined = [home for home in homes if home]
    mine = or_(col(Link.account_id) == account.id, col(Link.joined_id).in_([account.id, *joined]))
    session.execute(delete(Link).where(mine))
    for table in (Identity, Member, Posted):
        session.execute(delete(table).where(col(table.account_id) == account.id))
    account.forgotten_at = clock(session)
    account.current_id = account.draft_id = None
    session.flush()


def _forget_asked(session: Session, account_id: int) -> None:
    """What was asked of profiles that others share: the request, and the pictures that came of it."""
    works = session.exec(
        select(Work)
        .where(Work.account_id == account_id, col(Work.grant_id).is_not(None) | wearing_others(Work.id))
        .with_for_update()
    ).all()
    for work in works:
        withhold(session, work)
        for picture in session.exec(select(PictureRow).where(PictureRow.work_id == work.id)).all():
            doom(session, picture.file)
            session.delete(picture)
    session.execute(delete(Worn).where(col(Worn.work_id).in_([work.id for work in works])))
    session.flush()
    for work in works:
        session.delete(work)
    session.flush()
