"""What a tap is about: the works that its key names, and the grant under which they were asked for."""

import re

from sqlmodel import Session, col, select

from core.chat.scene import Scene
from core.conversation.messages import Chosen, Drawing, Heard
from core.storage.tables import Account, PictureRow, Profile, Work, WorkKind


def mentioned(session: Session, account: Account, key: str) -> tuple[int, ...]:
    """The works that a tapped key names, itself or by one of its pictures: the account's, or of its profiles."""
    named = handles(key)
    if not named:
        return ()
    by_picture = select(PictureRow.work_id).where(col(PictureRow.handle).in_(named))
    found = session.exec(
        select(Work.id)
        .join(Profile, col(Profile.id) == col(Work.profile_id))
        .where(
            (col(Work.account_id) == account.id)
            | ((col(Profile.account_id) == account.id) & col(Work.grant_id).is_not(None)),
            col(Work.handle).in_(named) | col(Work.id).in_(by_picture),
        )
    )
    return tuple(work for work in found if work is not None)


def handles(key: str) -> list[int]:
    """The handles in an option's key."""
    return [int(number) for number in re.findall(r"\d{15,16}", key)]


def shown_by(scene: Scene, heard: Heard) -> Work | None:
    """The drawing that the replies to this show: without its grants they must not arrive."""
    match heard:
        case Drawing(work):
            named = [work.handle]
        case Chosen(key):
            named = handles(key)
        case _:
            return None
    if not named:
        return None
    by_picture = select(PictureRow.work_id).where(col(PictureRow.handle).in_(named))
    return scene.session.exec(
        select(Work).where(
            Work.account_id == scene.account.id,
            Work.kind == WorkKind.DRAW,
            col(Work.handle).in_(named) | col(Work.id).in_(by_picture),
        )
    ).first()
