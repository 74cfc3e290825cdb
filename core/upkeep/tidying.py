"""What time itself asks for: photos that a failed training kept, lost trainings, accounts that are erased."""

from sqlmodel import Session, col, delete, select

from core.storage.database import clock
from core.storage.erasing import begin_photo_deletion
from core.storage.keys import account_key
from core.storage.studio import Studio
from core.storage.tables import (
    Account,
    Delivery,
    DeliveryState,
    Erasure,
    LedgerEntry,
    Photo,
    Profile,
    ProfileState,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.versions import end_badly

FAILED_SECONDS = 7 * 24 * 3600.0
FAREWELL_SECONDS = 3600.0  # a farewell that did not arrive by then is not waited for


def delete_failed_photos(studio: Studio, session: Session) -> None:
    """Photos that were to go after the training stay a week when it failed, to try again with (SPEC I10)."""
    week_ago = clock(session) - FAILED_SECONDS
    rows = session.exec(
        select(Profile)
        .join(Work, col(Work.version_id) == col(Profile.version_id))
        .where(
            Profile.state == ProfileState.FAILED,
            col(Profile.retention).in_(("delete", "template")),
            Work.kind == WorkKind.LEARN,
            col(Work.ended_at) < week_ago,
        )
    ).all()
    for profile in rows:
        photos = session.exec(select(Photo.id).where(Photo.profile_id == profile.id)).first()
        if photos:
            begin_photo_deletion(session, studio, profile)


def fail_lost_trainings(session: Session) -> None:
    """A training that was given up without its worker: its profile must say so too."""
    rows = session.exec(
        select(Profile)
        .join(Work, col(Work.version_id) == col(Profile.version_id))
        .where(
            Work.kind == WorkKind.LEARN,
            Work.state == WorkState.FAILED,
            col(Profile.state).in_((ProfileState.QUEUED, ProfileState.TRAINING)),
        )
    ).all()
    for profile in rows:
        end_badly(session, profile, ProfileState.FAILED, "worker_lost")


def end_forgotten(studio: Studio, session: Session) -> None:
    """The last of an account that was erased: when its profiles are swept and its farewell has arrived."""
    for account in session.exec(select(Account).where(col(Account.forgotten_at).is_not(None))).all():
        swept = session.exec(select(Erasure.id).where(Erasure.account_id == account.id)).first() is None
        left = session.exec(select(Profile.id).where(Profile.account_id == account.id)).first()
        waiting = session.exec(
            select(Delivery.id).where(
                Delivery.account_id == account.id,
                col(Delivery.state).in_((DeliveryState.PENDING, DeliveryState.SENDING)),
                col(Delivery.made_at) > clock(session) - FAREWELL_SECONDS,
            )
        ).first()
        if not swept or left or waiting:
            continue
        for table in (Delivery, LedgerEntry, Work):
            session.execute(delete(table).where(col(table.account_id) == account.id))
        session.delete(account)
        session.flush()
        studio.keys.bury(account_key(account.handle))
