"""What time itself asks for: photos that a failed training kept, trainings whose worker was lost."""

from sqlmodel import Session, col, select

from core.storage.database import clock
from core.storage.erasing import begin_photo_deletion
from core.storage.studio import Studio
from core.storage.tables import Photo, Profile, ProfileState, Work, WorkKind, WorkState

FAILED_SECONDS = 7 * 24 * 3600.0


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
        profile.state, profile.reason = ProfileState.FAILED, "worker_lost"
