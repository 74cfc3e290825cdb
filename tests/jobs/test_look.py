"""A set of photos, looked at by a worker: what is kept, what is refused and why, and what people hear of it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from redis.client import PubSub
from sqlmodel import col, select

from core.artifacts import Pixels
from core.conversation.messages import Chosen, Command, Gallery
from core.families.catalogue import Embedder, sha256_of
from core.intake import decode
from core.storage.database import reading
from core.storage.keys import photos_key, profile_key
from core.storage.tables import DoomedFile, Photo, PhotoState, WorkKind, WorkState
from core.work_queue import WAKE
from pocket import faults
from pocket.cast import HELD_OUT, animal_photos_of
from tests.chat.people import Person
from tests.curation.tiny_embedder import write_embedder
from tests.jobs.conftest import Opens
from tests.jobs.workplace import (
    STRANGER,
    Workplace,
    begin,
    hear,
    jpeg,
    newest_profile,
    photos,
    send,
)

GOOD = 6
DUPLICATE, BLURRED, STRANGE, PAPER = GOOD + 1, GOOD + 2, GOOD + 3, GOOD + 4


def _pixels(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as picture:
        return np.array(picture.convert("RGB"))


def _mixed_set() -> list[bytes]:
    """Six good photos, one of them again, one out of focus, one of somebody else, and no photo at all."""
    good = photos(GOOD + 1)
    blurred = jpeg(faults.blurred(_pixels(good[GOOD])))
    return [*good[:GOOD], jpeg(_pixels(good[1]), 60), blurred, *photos(1, STRANGER), b"%PDF-1.7\n%%EOF\n"]


@pytest.fixture(scope="module")
def looked(opens: Opens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, Person]]:
    """A mixed set that has been looked at."""
    with opens(tmp_path_factory.mktemp("look")) as place:
        ana = Person(place.studio)
        begin(ana)
        send(ana, _mixed_set())
        place.work()
        hear(ana)
        yield place, ana


def _photos(place: Workplace) -> dict[int, Photo]:
    with reading(place.studio.engine) as session:
        return {photo.number: photo for photo in session.exec(select(Photo).order_by(col(Photo.number)))}


def test_every_photo_gets_its_own_verdict(looked: tuple[Workplace, Person]) -> None:
    verdicts = {number: photo.verdict for number, photo in _photos(looked[0]).items()}

    good = [number for number in range(1, PAPER) if verdicts[number] == "accepted"]
    repeated = {number for number in (2, DUPLICATE) if verdicts[number] == "duplicate"}
    assert len(repeated) == 1  # of two copies either may be the better one
    assert good == sorted({*range(1, GOOD + 1), DUPLICATE} - repeated)
    assert verdicts[BLURRED] == "blurred"
    assert verdicts[STRANGE] == "other_person"
    assert verdicts[PAPER] == "not_a_picture"


def test_a_duplicate_names_the_photo_that_it_repeats(looked: tuple[Workplace, Person]) -> None:
    (repeated,) = (photo for photo in _photos(looked[0]).values() if photo.verdict == "duplicate")

    assert {repeated.number, repeated.other} == {2, DUPLICATE}


def test_only_what_was_accepted_is_chosen(looked: tuple[Workplace, Person]) -> None:
    for photo in _photos(looked[0]).values():
        assert photo.chosen == (photo.verdict == "accepted")


def test_kept_photos_and_thumbnails_open_with_the_photos_key(looked: tuple[Workplace, Person]) -> None:
    studio = looked[0].studio
    key = studio.keys.open(photos_key(newest_profile(studio).handle))

    for photo in _photos(looked[0]).values():
        if photo.state == PhotoState.JUDGED:
            assert decode(studio.files.read(photo.file, key)).shape == (256, 256, 3)
            assert max(decode(studio.files.read(photo.thumbnail, key)).shape) <= 256


def test_what_came_in_is_erased_once_it_was_looked_at(looked: tuple[Workplace, Person]) -> None:
    place, _ = looked
    assert {photo.raw for photo in _photos(place).values()} == {""}

    place.upkeep.erase()

    kinds = [name.split("/")[1].split("-")[0] for name in place.files()]
    assert sorted(set(kinds)) == ["photo", "thumb"]
    with reading(place.studio.engine) as session:
        assert session.exec(select(DoomedFile)).all() == []


def test_the_panel_names_each_refused_photo_by_its_number(looked: tuple[Workplace, Person]) -> None:
    said = "\n".join(reply.text for reply in looked[1].messages.values())

    for number in (BLURRED, STRANGE, PAPER):
        assert f"Photo {number}" in said
    assert "is the same picture as" in said


def test_people_hear_of_every_photo_as_soon_as_it_was_looked_at(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(3))
    listening: PubSub = place.workshop.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    with listening as channel:
        channel.subscribe(WAKE)
        channel.get_message(timeout=5.0)  # that it listens now
        place.work()
        heard = []
        while message := channel.get_message(timeout=0.2):
            heard.append(message["data"])

    look = place.last(WorkKind.LOOK)
    assert heard.count(b"news") >= 3
    assert look.news >= 3
    assert look.state == WorkState.SUCCEEDED


def test_a_photo_that_the_owner_took_out_stays_out_when_more_arrive(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(3))
    place.work()
    hear(ana)
    ana.say(Chosen(f"out:{newest_profile(place.studio).handle}:2"))

    send(ana, photos(2, first_scene=5100))
    place.work()

    chosen = {number: photo.chosen for number, photo in _photos(place).items()}
    assert chosen == {1: True, 2: False, 3: True, 4: True, 5: True}


def test_two_people_are_told_apart_and_one_is_learnt(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, [*photos(5), *photos(5, STRANGER)])
    place.work()
    said = hear(ana)
    assert "Photos 1 to 5 and 6 to 10 show 2 different people." in "\n".join(reply.text for reply in said)

    ana.tap("6 to 10")
    place.work()
    hear(ana)

    chosen = [number for number, photo in _photos(place).items() if photo.chosen]
    assert chosen == [6, 7, 8, 9, 10]
    ana.tap("That's all I have")
    ana.tap("Train")
    assert place.last(WorkKind.LEARN).state == WorkState.PENDING


def test_a_pet_among_others_is_told_by_an_embedder(place: Workplace, ana: Person, tmp_path: Path) -> None:
    folder = write_embedder(tmp_path / "tiny", same_subject=0.6, ambiguous=0.6)
    sums = {name: sha256_of(folder / name) for name in ("embedder.onnx",)}
    entry = Embedder("pocket", folder, "MIT", sums)
    place.workshop.catalogue = replace(place.workshop.catalogue, embedders={"pocket": entry})
    ana.say(Command("new"))
    ana.tap("cat")
    ginger, blue = (np.array(tone) for tone in ((1.0, 0.4, 0.2), (0.2, 0.4, 1.0)))
    tones = [ginger, ginger, ginger, blue, ginger]
    pictures = [one * tone for one, tone in zip(animal_photos_of(HELD_OUT, 5, 256), tones, strict=True)]

    send(ana, [jpeg(one.astype(np.uint8)) for one in pictures])
    place.work()

    verdicts = [photo.verdict for photo in _photos(place).values()]
    assert verdicts == ["accepted", "accepted", "accepted", "other_subject", "accepted"]


def _card(place: Workplace) -> dict[str, Any]:
    profile = newest_profile(place.studio)
    words = place.studio.unseal(profile_key(profile.handle), profile.sealed, f"profile-{profile.handle}")
    card: dict[str, Any] = words["card"]
    return card


def test_the_card_counts_what_is_used_and_shows_what_would_help(looked: tuple[Workplace, Person]) -> None:
    card = _card(looked[0])

    assert card["counted"] == GOOD
    assert sum(card["angles"]) == sum(card["light"]) == GOOD
    assert card["add"]["more_photos"] == 15 - GOOD
    assert 0 < card["expected"] < 100


def test_photos_are_looked_at_for_what_they_are_said_to_show_whenever_that_is_said(
    place: Workplace, ana: Person
) -> None:
    seen = {}
    for word, person in (("man", ana), ("woman", Person(place.studio, "ben"))):
        person.say(Command("new"))
        send(person, photos(3))
        place.work()
        hear(person)
        assert _card(place)["measures"]["recognised"] == 1  # nothing is said yet

        person.tap(word)
        place.work()

        seen[word] = _card(place)["measures"]["recognised"]

    assert 0 < seen["woman"] < seen["man"] < 1  # the drawn subject is a man


def test_a_judge_that_fails_costs_only_what_it_would_have_said(place: Workplace, ana: Person) -> None:
    begin(ana)
    judge = place.workshop.fidelity()
    judge._pictures = None  # type: ignore[union-attr]  # whatever is asked of it fails
    send(ana, photos(3))
    place.work()

    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED
    assert _card(place)["measures"]["recognised"] == 1
    assert _card(place)["counted"] == 3


def test_what_a_training_sees_can_be_seen_before(looked: tuple[Workplace, Person]) -> None:
    place, ana = looked
    handle = newest_profile(place.studio).handle

    [shown] = ana.say(Chosen(f"photos:{handle}:crops"))

    assert isinstance(shown, Gallery)
    used = [photo for photo in _photos(place).values() if photo.chosen]
    assert [picture.label for picture in shown.pictures] == [str(photo.number) for photo in used]
    assert [picture.file for picture in shown.pictures] == [photo.file for photo in used]
    for picture in shown.pictures:
        left, top, right, bottom = picture.part
        assert right - left == pytest.approx(bottom - top)  # the photos are square, and so are the crops
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def test_the_card_counts_anew_when_the_owner_takes_one_out(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(3))
    place.work()
    hear(ana)
    before = _card(place)["counted"]
    ana.say(Chosen(f"out:{newest_profile(place.studio).handle}:2"))

    place.work()

    assert (before, _card(place)["counted"]) == (3, 2)
