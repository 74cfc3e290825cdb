"""Captions of a draft's photos: what is known of them, effects on them, and texts that are announced beside them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import col, select

from core.captions import MOST_LIST_BYTES, clean, is_text
from core.chat.arrivals import ask_look
from core.chat.scene import Scene
from core.conversation.captions_effects import CaptionAnew, WriteCaptions
from core.conversation.messages import Heard, Looked, Upload
from core.conversation.views import PhotoView, TextView
from core.errors import KeyGone
from core.storage.captions import OWNER, Words, words_of, write_words
from core.storage.erasing import discard_photo
from core.storage.keys import photos_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.studio import Studio
from core.storage.tables import Photo, PhotoState, Profile

TOO_LARGE = "text_too_large"  # as the worker says it of one whose size nobody announced


def told(
    studio: Studio, handle: int, rows: Sequence[Photo], views: Sequence[PhotoView]
) -> tuple[PhotoView, ...]:
    """Photos with their captions; those that could not be opened with their names, since there is nothing to show."""
    words = _words(studio, handle, rows)
    refused = {row.number for row in rows if row.state == PhotoState.REFUSED}
    return tuple(
        replace(
            view,
            caption=words[view.number].caption,
            name=words[view.number].name if view.number in refused else "",
        )
        for view in views
    )


def texts_of(studio: Studio, handle: int, rows: Sequence[Photo]) -> tuple[TextView, ...]:
    """The texts among a draft's files that are not, or not yet, captions."""
    texts = [row for row in rows if row.number < WEIGHTS_NUMBER]
    words = _words(studio, handle, texts)
    return tuple(
        TextView(
            name=words[row.number].name,
            waiting=row.state in (PhotoState.ANNOUNCED, PhotoState.STORED),
            refusal=row.verdict if row.state == PhotoState.REFUSED else "",
            detail=row.detail,
        )
        for row in sorted(texts, key=lambda row: -row.number)
    )


def _words(studio: Studio, handle: int, rows: Sequence[Photo]) -> dict[int, Words]:
    """The words of each, opened with one look at the key; none where that is gone."""
    try:
        key = studio.keys.open(photos_key(handle)) if any(row.words for row in rows) else b""
    except KeyGone:
        return {row.number: Words() for row in rows}
    return {row.number: words_of(row, handle, key) for row in rows}


def next_number(scene: Scene, draft: Profile, upload: Upload) -> int:
    """The number that an announced file gets: photos count up from the last, texts down."""
    taken = scene.session.exec(select(Photo.number).where(Photo.profile_id == draft.id)).all()
    return min((*taken, 0)) - 1 if is_text(upload.name, upload.mime) else max((*taken, 0)) + 1


def announced(scene: Scene, draft: Profile, photo: Photo, upload: Upload) -> None:
    """Note what a file is called; a text that is too large for one is refused at once."""
    write_words(scene.studio, photo, draft.handle, Words(clean(upload.name)))
    if photo.number < WEIGHTS_NUMBER and (upload.size or 0) > MOST_LIST_BYTES:
        photo.state, photo.verdict = PhotoState.REFUSED, TOO_LARGE


def forget_refused(scene: Scene, draft: Profile) -> None:
    """What was wrong with earlier texts is not said again once others come."""
    for row in scene.session.exec(
        select(Photo).where(
            Photo.profile_id == draft.id,
            Photo.number < WEIGHTS_NUMBER,
            Photo.state == PhotoState.REFUSED,
        )
    ):
        discard_photo(scene.session, row)
    scene.session.flush()


def _write(scene: Scene, effect: WriteCaptions) -> None:
    draft, given = scene.draft(), dict(effect.captions)
    if draft is None:
        return
    for row in _photos(scene, draft):
        if row.number in given:
            _note(scene, draft, row, given[row.number], OWNER)


def _anew(scene: Scene, effect: CaptionAnew) -> Heard | None:
    draft = scene.draft()
    row = next((one for one in _photos(scene, draft) if one.number == effect.number), None) if draft else None
    if draft is None or row is None:
        return None
    _note(scene, draft, row, "", "")
    scene.session.flush()
    ask_look(scene.session, draft, row)
    return Looked(draft.handle)


def _photos(scene: Scene, draft: Profile) -> Sequence[Photo]:
    return scene.session.exec(
        select(Photo).where(
            Photo.profile_id == draft.id, Photo.number > WEIGHTS_NUMBER, col(Photo.file) != ""
        )
    ).all()


def _note(scene: Scene, draft: Profile, row: Photo, text: str, by: str) -> None:
    key = scene.studio.keys.create(photos_key(draft.handle))
    before = words_of(row, draft.handle, key)
    write_words(scene.studio, row, draft.handle, replace(before, caption=text, by=by, of=""))


DOERS: dict[type, Callable[[Scene, Any], Heard | None]] = {WriteCaptions: _write, CaptionAnew: _anew}
