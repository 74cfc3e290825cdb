"""Texts that came with photos: each becomes the caption of the photo of its name, or all captions at once (C1, C3).

They wait as negative numbers among the draft's files, as weights do as number 0.
"""

from cryptography.exceptions import InvalidTag
from sqlmodel import Session, col, select

from core.captioning.pairing import TextRefused, Unread, caption, pair, read
from core.captions import MOST_LIST_BYTES, ListUnreadable, is_list, read_list
from core.storage.captions import FILE, OWNER, Words, words_of, write_words
from core.storage.erasing import discard_photo, doom
from core.storage.keys import photos_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.studio import Studio
from core.storage.tables import Photo, PhotoState, Profile

UNLISTED = "list_"  # begins the codes of what is wrong with a line of a list


def take_texts(studio: Studio, session: Session, profile: Profile) -> bool:
    """Read every text that has arrived, and give it and those that wait to their photos; whether there was any."""
    rows = session.exec(
        select(Photo)
        .where(
            Photo.profile_id == profile.id,
            Photo.number < WEIGHTS_NUMBER,
            col(Photo.state).in_((PhotoState.STORED, PhotoState.TEXT)),
        )
        .order_by(col(Photo.id))
    ).all()
    if not rows:
        return False
    key = studio.keys.open(photos_key(profile.handle))
    photos = {
        row.number: row
        for row in session.exec(
            select(Photo).where(Photo.profile_id == profile.id, Photo.number > WEIGHTS_NUMBER)
        )
    }
    changed = False
    for row in rows:
        changed |= _take(studio, session, profile, row, photos, key)
    session.flush()
    return changed


def _take(
    studio: Studio, session: Session, profile: Profile, row: Photo, photos: dict[int, Photo], key: bytes
) -> bool:
    """One text; whether anything came of it."""
    own = words_of(row, profile.handle, key)
    names = {number: words_of(photo, profile.handle, key).name for number, photo in photos.items()}
    try:
        content = studio.files.read(row.raw, key) if row.state == PhotoState.STORED else own.caption.encode()
        found = pair(names, {own.name: ""}).captions
        given = dict.fromkeys(found, caption(content)) if found else {}
        listed = "" if given else read(content, MOST_LIST_BYTES)
        if listed and is_list(listed):
            given = read_list(listed, (number for number, photo in photos.items() if photo.file))
        elif listed:
            return _wait(studio, session, profile, row, Words(own.name, caption(content)))
    except TextRefused as refused:
        return _refuse(session, row, str(refused.why))
    except ListUnreadable as unreadable:
        return _refuse(session, row, UNLISTED + unreadable.problem, str(unreadable.line))
    except (FileNotFoundError, InvalidTag):
        return _refuse(session, row, str(Unread.NOT_TEXT))
    whose = FILE if found else OWNER
    for number, text in given.items():
        words = Words(names[number], text, whose)
        write_words(studio, photos[number], profile.handle, words)
    discard_photo(session, row)
    return True


def _wait(studio: Studio, session: Session, profile: Profile, row: Photo, words: Words) -> bool:
    """Keep a caption until its photo comes."""
    if row.state == PhotoState.TEXT:
        return False
    write_words(studio, row, profile.handle, words)
    doom(session, row.raw)
    row.raw, row.state = "", PhotoState.TEXT
    return True


def _refuse(session: Session, row: Photo, code: str, detail: str = "") -> bool:
    doom(session, row.raw)
    row.raw, row.state = "", PhotoState.REFUSED
    row.verdict, row.detail = code, detail
    return True
