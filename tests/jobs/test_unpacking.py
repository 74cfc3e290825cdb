"""An archive of photos in a draft: its photos are looked at like any others, and nothing that was there is lost."""

import io
import zipfile
from collections.abc import Mapping

from sqlmodel import col, select

from core.chat import arrivals
from core.conversation.messages import Photos, Upload
from core.storage.captions import words_of
from core.storage.database import reading
from core.storage.keys import photos_key
from core.storage.tables import Photo, PhotoState
from core.subjects import MOST_PHOTOS
from tests.chat.people import Person
from tests.jobs.workplace import Workplace, begin, hear, newest_profile, photos


def a_zip(files: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def send(ana: Person, files: Mapping[str, bytes], group: str = "album") -> None:
    ana.say(Photos(tuple(Upload(name, name, len(content), name) for name, content in files.items()), group))
    fetch(ana, files)


def fetch(ana: Person, files: Mapping[str, bytes]) -> None:
    while waiting := arrivals.waiting(ana.studio, ana.platform):
        for arrival in waiting:
            arrivals.keep(ana.studio, arrival, files[arrival.upload.ref])


def rows(place: Workplace) -> list[Photo]:
    with reading(place.studio.engine) as session:
        return list(session.exec(select(Photo).order_by(col(Photo.number))))


def told(place: Workplace, photo: Photo) -> tuple[str, str]:
    """What a file was called, and its caption."""
    handle = newest_profile(place.studio).handle
    words = words_of(photo, handle, place.studio.keys.open(photos_key(handle)))
    return words.name, words.caption


def test_an_archive_in_an_album_becomes_its_photos_in_the_one_message(place: Workplace, ana: Person) -> None:
    one, two, three, four = photos(4)
    inside = {
        "b/1.jpg": two,
        "b/1.TXT": b"at the beach",
        "bad.jpg": b"\xff\xd8\xff",
        "2.png": three,
        "notes.txt": b"words",
    }
    begin(ana)
    before = set(ana.messages)

    send(ana, {"first.jpg": one, "holidays.zip": a_zip(inside), "last.jpg": four})
    place.work()
    hear(ana)

    found = rows(place)
    assert [photo.number for photo in found] == [-2, 1, 2, 3, 4, 5]
    assert [photo.verdict for photo in found[1:]] == ["accepted"] * 3 + ["damaged", "accepted"]
    names = [told(place, photo)[0] for photo in found]
    assert names == ["notes.txt", "first.jpg", "b/1.jpg", "last.jpg", "bad.jpg", "2.png"]
    assert (told(place, found[0])[1], told(place, found[2])[1]) == ("words", "at the beach")
    (message,) = set(ana.messages) - before
    said = ana.messages[message].text
    assert "5 photos, thank you. 4 good." in said
    assert "notes.txt waits for a picture of that name." in said
    assert "Photo 4 (bad.jpg) is damaged and cannot be opened; send another copy." in said
    place.upkeep.erase()
    kinds = {name.split("/")[1].split("-")[0] for name in place.files()}
    assert kinds == {"photo", "thumb"}

    ana.tap("Undo last")

    assert rows(place) == []  # what came together goes together


def test_the_same_archive_sent_again_counts_once(place: Workplace, ana: Person) -> None:
    files = {"holidays.zip": a_zip({"1.jpg": photos(2)[0], "2.jpg": photos(2)[1]})}
    begin(ana)
    send(ana, files)
    place.work()

    send(ana, files, "another album")
    place.work()

    assert [photo.verdict for photo in rows(place)] == ["accepted", "accepted"]


def test_an_archive_of_more_than_the_set_may_hold_changes_nothing(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, {"1.jpg": photos(1)[0]})
    place.work()

    send(ana, {"many.zip": a_zip({f"{number}.jpg": photos(1)[0] for number in range(MOST_PHOTOS)})})
    place.work()
    said = "\n".join(reply.text for reply in hear(ana))

    assert [photo.verdict for photo in rows(place)] == ["accepted", "too_many_photos"]
    assert (
        "Files in many.zip: 50, here already: 1. 50 are the most I take; take some out, or send a smaller ZIP."
    ) in said
    place.upkeep.erase()
    assert len(place.files()) == 2  # the first photo and its thumbnail


def test_an_archive_in_which_nothing_can_be_read_says_why_once(place: Workplace, ana: Person) -> None:
    begin(ana)
    locked = bytearray(a_zip({"1.jpg": photos(1)[0], "2.jpg": photos(1)[0]}))
    for at in (locked.index(b"PK\1\2"), locked.rindex(b"PK\1\2")):
        locked[at + 8] |= 1

    send(ana, {"locked.zip": bytes(locked), "empty.zip": a_zip({"__MACOSX/._1.jpg": b"x"})})
    place.work()
    said = "\n".join(reply.text for reply in hear(ana))

    assert "locked.zip is locked with a password; send it without one." in said
    assert "empty.zip holds no photos." in said
    assert [photo.state for photo in rows(place)] == [PhotoState.REFUSED, PhotoState.REFUSED]


def test_an_archive_of_texts_alone_captions_what_is_there(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, {"1.jpg": photos(1)[0]})
    place.work()

    send(ana, {"texts.zip": a_zip({"1.txt": b"at the beach"})}, "another album")
    place.work()

    assert [told(place, photo) for photo in rows(place)] == [("1.jpg", "at the beach")]


def test_an_archive_that_was_taken_out_before_it_was_opened_leaves_nothing(
    place: Workplace, ana: Person
) -> None:
    begin(ana)
    send(ana, {"holidays.zip": a_zip({"1.jpg": photos(1)[0]})})
    hear(ana)

    ana.tap("Undo last")
    place.work()
    place.upkeep.erase()

    assert rows(place) == []
    assert place.files() == []
