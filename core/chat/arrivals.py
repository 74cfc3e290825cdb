"""Files that people announced: fetched by their platform's bot, sealed, and lined up to be looked at."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.conversation.language import N_
from core.conversation.messages import Upload
from core.errors import KeyGone, Refusal
from core.storage.database import clock, writing
from core.storage.files import new_name
from core.storage.keys import photo_place, photos_key
from core.storage.studio import Studio
from core.storage.tables import Photo, PhotoState, Profile, ProfileState, Work, WorkKind, WorkState
from core.storage.work import ask, report

AT_ONCE = 10
LEASE_SECONDS = 60.0
MOST_TRIES = 60  # with the pauses, an hour
NOT_HANDED_OVER = N_("the platform did not hand it over")


@dataclass(frozen=True)
class Arrival:
    """A file to fetch."""

    photo: int
    profile: int
    upload: Upload
    tries: int


def waiting(studio: Studio, platform: str) -> list[Arrival]:
    """Files to fetch now, oldest first; each is this process's for a lease."""
    with writing(studio.engine) as session:
        now = clock(session)
        photos = session.exec(
            select(Photo)
            .where(
                Photo.platform == platform,
                Photo.state == PhotoState.ANNOUNCED,
                col(Photo.try_at) <= now,
            )
            .order_by(col(Photo.id))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        arrivals = []
        for photo in photos:
            photo.try_at, photo.tries = now + LEASE_SECONDS, photo.tries + 1
            profile = session.get_one(Profile, photo.profile_id)
            place = photo_place(profile.handle, photo.number)
            try:
                body = studio.unseal(photos_key(profile.handle), photo.sealed, place)
            except KeyGone:
                continue
            arrivals.append(Arrival(photo.id or 0, profile.handle, Upload(**body["upload"]), photo.tries))
    return arrivals


def keep(studio: Studio, arrival: Arrival, content: bytes) -> None:
    """Seal what was fetched and have it looked at."""
    try:
        key = studio.keys.open(photos_key(arrival.profile))
    except KeyGone:
        return
    name = new_name(arrival.profile, "raw")
    studio.files.write(name, content, key)
    with writing(studio.engine) as session:
        photo = session.get(Photo, arrival.photo, with_for_update=True)
        profile = session.get(Profile, photo.profile_id) if photo else None
        if photo is None or profile is None or profile.state == ProfileState.DELETING:
            return  # the file is an orphan now, and swept as one
        photo.state, photo.raw = PhotoState.STORED, name
        ask_look(session, profile, photo)


def refuse(studio: Studio, arrival: Arrival, refusal: Refusal, detail: str) -> None:
    """The file cannot be had: say so in its place; a `detail` in words is marked, and translated when it is said."""
    with writing(studio.engine) as session:
        photo = session.get(Photo, arrival.photo, with_for_update=True)
        profile = session.get(Profile, photo.profile_id) if photo else None
        if photo is None or profile is None:
            return
        photo.state, photo.verdict, photo.detail = PhotoState.REFUSED, str(refusal), detail
        look = ask_look(session, profile, photo)
        report(look)


def put_off(studio: Studio, arrival: Arrival, seconds: float = 0.0) -> None:
    """The platform does not answer: try again soon, and give up after a while."""
    if arrival.tries >= MOST_TRIES:
        refuse(studio, arrival, Refusal.NOT_FETCHED, NOT_HANDED_OVER)
        return
    with writing(studio.engine) as session:
        if photo := session.get(Photo, arrival.photo, with_for_update=True):
            photo.try_at = clock(session) + max(seconds, min(60.0, 2.0**arrival.tries))


def ask_look(session: Session, profile: Profile, photo: Photo) -> Work:
    """A look at the set that begins after this; one that already waits will do."""
    found = session.exec(
        select(Work).where(
            Work.profile_id == profile.id,
            Work.kind == WorkKind.LOOK,
            col(Work.state).in_((WorkState.PENDING, WorkState.DISPATCHED)),
        )
    ).first()
    return found or ask(
        session,
        kind=WorkKind.LOOK,
        account_id=profile.account_id,
        profile_id=profile.id,
        platform=photo.platform,
        chat=photo.chat,
    )
