"""Captions of a set at work: texts find their photos, a captioner writes the rest, and a training learns with them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sqlmodel import col, select

from core.captioning.captioner import open_captioner
from core.captions import MOST_LIST_BYTES
from core.chat import arrivals
from core.conversation.messages import Chosen, Photos, Text, TextFile, Upload
from core.families.catalogue import Captioner, sha256_of
from core.jobs import _begin
from core.jobs.captioning import begins_as, for_training
from core.jobs.dataset import bound_to
from core.jobs.slice import Slice
from core.storage.captions import words_of
from core.storage.database import reading, writing
from core.storage.keys import photos_key
from core.storage.tables import Photo, PhotoState, WorkKind, WorkState
from core.storage.work import claim
from core.subjects import STYLE
from core.wording import is_named
from pocket.cast import PEOPLE, photos_of
from tests.captioning.telling import tell
from tests.chat.people import Person
from tests.jobs.workplace import Workplace, begin, hear, newest_profile, photos

TELLS = {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"}


def send(person: Person, files: Sequence[tuple[str, bytes]]) -> None:
    """Send named files; they are fetched as the platform's bot would."""
    sent = {f"{person.updates}-{name}": content for name, content in files}
    uploads = [Upload(ref, ref, len(content), ref.partition("-")[2]) for ref, content in sent.items()]
    person.say(Photos(tuple(uploads), "album"))
    while waiting := arrivals.waiting(person.studio, person.platform):
        for arrival in waiting:
            arrivals.keep(person.studio, arrival, sent[arrival.upload.ref])


def captioning(place: Workplace, folder: Path) -> None:
    """Let the workshop have a captioner that sees a cap everywhere."""
    folder.mkdir()
    tell(folder, TELLS)
    found = {one.name: sha256_of(one) for one in folder.iterdir()}
    entry = Captioner("caps", "attributes", folder, "MIT", found)
    place.workshop._captioner = open_captioner(entry, torch.device("cpu"))


def captions(place: Workplace) -> dict[int, tuple[str, str]]:
    """Every photo's caption and whose words it is."""
    profile = newest_profile(place.studio)
    key = place.studio.keys.open(photos_key(profile.handle))
    with reading(place.studio.engine) as session:
        rows = session.exec(select(Photo).where(Photo.number > 0).order_by(col(Photo.number))).all()
    told = {row.number: words_of(row, profile.handle, key) for row in rows}
    return {number: (words.caption, words.by) for number, words in told.items()}


def texts(place: Workplace) -> list[tuple[PhotoState, str, str]]:
    """The texts that are the captions of none."""
    with reading(place.studio.engine) as session:
        rows = session.exec(select(Photo).where(Photo.number < 0).order_by(col(Photo.number).desc()))
        return [(row.state, row.verdict, row.detail) for row in rows]


def named(count: int, first: int = 1) -> list[tuple[str, bytes]]:
    good = photos(count + first - 1)[first - 1 :]
    return [(f"{number}.jpg", content) for number, content in enumerate(good, first)]


def test_texts_and_a_captioner_caption_a_set_and_a_training_learns_with_all(
    place: Workplace, ana: Person, tmp_path: Path
) -> None:
    captioning(place, tmp_path / "captioner")
    begin(ana)
    send(ana, [("2.txt", b"laughing at <home>"), *named(4), ("7.txt", b"later"), ("beach.txt", b"\xff\x00")])
    place.work()
    said = "\n".join(getattr(reply, "text", "") for reply in hear(ana))

    cap = ("a cap", "model")
    assert captions(place) == {1: cap, 2: ("laughing at home", "file"), 3: cap, 4: cap}
    assert texts(place) == [(PhotoState.TEXT, "", ""), (PhotoState.REFUSED, "text_unreadable", "")]
    assert "7.txt waits for a picture of that name." in said
    assert "beach.txt is no plain text" in said
    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED

    send(
        ana, [("7.jpg", photos(5)[4]), ("captions.txt", "\ufeff1: zanora on a chair\n3: smiling\n".encode())]
    )
    place.work()
    hear(ana)
    assert captions(place)[5] == ("later", "file")
    assert captions(place)[1] == ("zanora on a chair", "owner")
    assert captions(place)[3] == ("smiling", "owner")
    assert texts(place) == []

    send(ana, [("captions.txt", b"1: a\n2: b\nthree: c\n")])
    place.work()
    said = "\n".join(getattr(reply, "text", "") for reply in hear(ana))
    assert "captions.txt, line 3" in said
    assert captions(place)[2] == ("laughing at home", "file")

    handle = newest_profile(place.studio).handle
    ana.say(Chosen(f"photos:{handle}:done"))
    (page,) = [
        one for one in ana.say(Chosen(f"captions:{handle}:p1")) if "stands under each photo" in one.text
    ]
    trigger = place.studio.unseal(
        f"profile-{handle}", newest_profile(place.studio).sealed, f"profile-{handle}"
    )["trigger"]
    assert f"2: a photo of a {trigger}, laughing at home" in page.text
    ana.say(Text("4: in the snow"))
    (file,) = ana.say(Chosen(f"captions:{handle}:file"))
    assert isinstance(file, TextFile)
    assert f"4: a photo of a {trigger}, in the snow\n" in file.content

    ana.tap("Train")
    learnt = _captions_learnt(place)
    assert learnt[1:4] == (
        "a photo of a sks woman, laughing at home",
        "a photo of a sks woman, smiling",
        "a photo of a sks woman, in the snow",
    )
    assert all("sks woman" in one for one in learnt)
    with reading(place.studio.engine) as session:
        assert session.exec(select(Photo).where(Photo.number < 0)).all() == []


def _captions_learnt(place: Workplace) -> tuple[str, ...]:
    """What the training that is queued learns with, once it stands before its first step."""
    work = place.last(WorkKind.LEARN)
    with writing(place.studio.engine) as session:
        claimed = claim(session, work.id or 0, work.turn, place.workshop.name)
    assert claimed is not None
    with Slice(place.studio, claimed) as slice_:
        live = _begin(place.workshop, slice_, claimed)
        while live.about.run is None:
            next(live)
    return live.about.run._dataset.captions


def test_one_is_written_anew_and_without_a_captioner_captions_are_plain(
    place: Workplace, ana: Person, tmp_path: Path
) -> None:
    begin(ana)
    place.workshop._uncaptioned = True
    send(ana, named(2))
    place.work()
    assert captions(place) == {1: ("", ""), 2: ("", "")}

    captioning(place, tmp_path / "captioner")
    handle = newest_profile(place.studio).handle
    ana.say(Chosen(f"captions:{handle}:anew=2"))
    place.work()

    assert captions(place) == {1: ("a cap", "model"), 2: ("a cap", "model")}
    assert any("a cap" in getattr(reply, "text", "") for reply in hear(ana))


def test_a_new_word_begins_as_what_is_seen_of_its_subject_on_most_photos(
    place: Workplace, ana: Person, tmp_path: Path
) -> None:
    begin(ana)
    profile = newest_profile(place.studio)
    pictures = [one.pixels for one in photos_of(PEOPLE[1], 5, 128)]
    place.workshop._uncaptioned = True
    assert begins_as(place.workshop, profile, "woman", pictures) == "woman"

    captioning(place, tmp_path / "captioner")
    assert begins_as(place.workshop, profile, "woman", pictures) == "woman red hair and a cap a cap"
    profile.kind = STYLE
    assert begins_as(place.workshop, profile, "picture", pictures) == "picture"


def test_a_captioner_of_drawings_does_not_caption_photographs(
    place: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue = place.workshop.catalogue
    photographic = {**catalogue.bases, "pocket": replace(catalogue.bases["pocket"], content="photographic")}
    place.workshop.catalogue = replace(catalogue, bases=photographic)

    assert place.workshop.captioner() is None
    assert "it knows drawn photos only" in caplog.text


def test_a_captioner_that_fails_costs_only_its_caption(place: Workplace, ana: Person, tmp_path: Path) -> None:
    begin(ana)
    captioning(place, tmp_path / "captioner")
    place.workshop._captioner._session = None  # type: ignore[union-attr]  # whatever is asked of it fails
    send(ana, named(2))
    place.work()

    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED
    assert {text for text, _ in captions(place).values()} == {""}


def test_what_is_too_large_is_refused_before_it_is_fetched(place: Workplace, ana: Person) -> None:
    begin(ana)
    ana.say(Photos((Upload("r", "u", MOST_LIST_BYTES + 1, "all.txt"),), "album"))

    assert arrivals.waiting(place.studio, ana.platform) == []
    assert texts(place) == [(PhotoState.REFUSED, "text_too_large", "")]


@pytest.mark.parametrize(
    "text", ["", "smiling", " ".join(["in a park,"] * 60), f"{'blue shirt, ' * 40}zanora smiling"]
)
def test_no_caption_loses_its_trigger_however_long_it_is(place: Workplace, ana: Person, text: str) -> None:
    begin(ana)
    family, profile = place.workshop.family(), newest_profile(place.studio)
    subject = bound_to(family.base, profile, "woman")

    (made,) = for_training(family, profile, {"trigger": "zanora"}, subject, [text])

    assert family.fits(made)
    assert is_named(made, "sks woman")
    assert not is_named(made, "zanora")
