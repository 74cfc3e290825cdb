"""The other ways to learn, from the photos to the picture: a word, a face alone, a style."""

import json
import time
from collections.abc import Iterator

import numpy as np
import pytest
import safetensors.numpy
from sqlmodel import col, select

from core.conversation.messages import Chosen, Command, Text
from core.jobs import announce
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.tables import (
    Checkpoint,
    Photo,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    WorkKind,
    WorkState,
)
from tests.chat.people import Person
from tests.families.test_faceid import base_with, random_state
from tests.jobs.conftest import Opens
from tests.jobs.workplace import (
    BRIEF,
    Workplace,
    begin,
    change,
    hear,
    newest_profile,
    photos,
    refreshed,
    send,
    version_of,
    workplace,
    write_models,
)


@pytest.fixture(scope="module")
def with_faceid(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace whose base has FaceID weights, which nobody has trained."""
    folder = tmp_path_factory.mktemp("faceid")
    base = base_with(folder, random_state())
    models = write_models(folder, faceid=base.faceid)
    with workplace(folder / "data", server, models) as place:
        place.work()  # so that it tells what it offers
        yield place


def way(person: Person, profile: Profile, method: str) -> None:
    person.say(Chosen(f"way:{profile.handle}:{method}"))


def finish(place: Workplace, person: Person, count: int = 6) -> Profile:
    """Send photos, have them looked at, and confirm."""
    send(person, photos(count))
    place.work()
    hear(person)
    profile = newest_profile(place.studio)
    person.say(Chosen(f"photos:{profile.handle}:done"))
    person.say(Chosen(f"train:{profile.handle}:yes"))
    return newest_profile(place.studio)


def weights(place: Workplace, version: Version, profile: Profile) -> dict[str, np.ndarray]:
    key = place.studio.keys.open(profile_key(profile.handle))
    found: dict[str, np.ndarray] = safetensors.numpy.load(place.studio.files.read(version.weights, key))
    return found


def drawn(place: Workplace, person: Person, profile: Profile) -> list[PictureRow]:
    """Have two pictures drawn; all of them, delivered or not."""
    person.say(Chosen(f"draw:{profile.handle}"))
    place.work()
    work = place.last(WorkKind.DRAW)
    assert (work.profile_id, work.state) == (profile.id, WorkState.SUCCEEDED)
    with reading(place.studio.engine) as session:
        return list(session.exec(select(PictureRow).where(PictureRow.work_id == work.id)))


# ── a word


def test_a_word_is_learnt_from_ten_photos(place: Workplace, ana: Person) -> None:
    begin(ana)
    way(ana, newest_profile(place.studio), "textual_inversion")
    profile = finish(place, ana, 10)
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))

    place.work()

    version, profile = version_of(place.studio, profile), newest_profile(place.studio)
    found = weights(place, version, profile)
    with reading(place.studio.engine) as session:
        learnt_from = len(session.exec(select(Photo).where(Photo.profile_id == profile.id)).all())
    assert (profile.method, profile.state) == ("textual_inversion", ProfileState.TRAINED)
    assert set(found) == {"clip_l"}
    assert learnt_from == 10
    assert len(found["clip_l"]) == 8  # as models.toml recommends for this base
    assert version.floor is not None


def test_expert_settings_that_were_chosen_are_what_a_training_goes_by(place: Workplace, ana: Person) -> None:
    announce(place.workshop, time.time())
    begin(ana)
    send(ana, photos(6))
    place.work()
    hear(ana)
    ana.say(Chosen(f"photos:{newest_profile(place.studio).handle}:done"))
    ana.tap("Expert settings")
    ana.say(Text("steps 5"))
    ana.say(Text("rate 1e-3:3, 5e-4"))
    ana.say(Text("accumulate 2"))
    ana.say(Chosen(f"train:{newest_profile(place.studio).handle}:yes"))
    profile = newest_profile(place.studio)

    place.work()

    chosen = json.loads(version_of(place.studio, profile).plan)
    progress = json.loads(place.last(WorkKind.LEARN).progress)
    assert chosen == {"steps": 5, "learning_rate": "1e-3:3, 5e-4", "accumulate": 2}
    assert (newest_profile(place.studio).state, progress["steps"]) == (ProfileState.TRAINED, 5)


# ── a face alone


def face_alone(place: Workplace, name: str, count: int = 1) -> tuple[Person, Profile]:
    person = Person(place.studio, name)
    begin(person)
    way(person, newest_profile(place.studio), "faceid")
    return person, finish(place, person, count)


def test_a_face_alone_is_ready_at_once_and_can_be_drawn(with_faceid: Workplace) -> None:
    place = with_faceid
    person, profile = face_alone(place, "one")
    assert profile.state == ProfileState.QUEUED

    assert place.work() == [WorkKind.LEARN]  # one slice, and not one step

    version = version_of(place.studio, profile)
    profile = newest_profile(place.studio)
    said = "\n".join(reply.text for reply in hear(person))
    faces = weights(place, version, profile)["faces"]
    assert (profile.state, version.state) == (ProfileState.TRAINED, ProfileState.TRAINED)
    assert version.trained_at is not None
    assert version.seconds < 5
    assert faces.shape == (1, 512)
    assert np.linalg.norm(faces[0]) == pytest.approx(1.0, abs=1e-5)
    assert version.floor == pytest.approx(place.workshop.pack().thresholds.lowest_floor)
    assert "Ana summer needed no training." in said
    assert "Ana summer is ready." in said
    with reading(place.studio.engine) as session:
        assert session.exec(select(Checkpoint).where(Checkpoint.version_id == version.id)).all() == []


def test_several_faces_calibrate_the_floor_with_what_class_images_there_are(with_faceid: Workplace) -> None:
    place = with_faceid
    _, profile = face_alone(place, "several", 5)

    place.work()

    version = version_of(place.studio, profile)
    assert version.own_similarity is not None
    assert version.floor is not None
    assert version.floor < version.own_similarity
    assert 2 <= len(weights(place, version, profile)["faces"]) <= 5


def test_a_face_alone_does_not_wait_for_a_training(
    with_faceid: Workplace,
) -> None:
    place = with_faceid
    person = Person(place.studio, "busy")
    begin(person)
    training = finish(place, person)
    place.turn()  # the training has begun
    person.say(Command("new"))
    begin(person, name="Ana's face")
    way(person, newest_profile(place.studio), "faceid")
    send(person, photos(1, first_scene=5300))
    done: list[WorkKind] = []
    while newest_profile(place.studio).state == ProfileState.DRAFT and len(done) < 3:
        work = place.turn()
        done += [work.kind] if work else []
        hear(person)
        profile = newest_profile(place.studio)
        person.say(Chosen(f"photos:{profile.handle}:done"))
        person.say(Chosen(f"train:{profile.handle}:yes"))

    place.turn()

    assert newest_profile(place.studio).state == ProfileState.TRAINED
    assert version_of(place.studio, training).state != ProfileState.FAILED


def test_without_faceid_weights_it_fails_in_a_sentence_and_the_credit_is_back(
    place: Workplace, ana: Person
) -> None:
    begin(ana)
    profile = newest_profile(place.studio)
    change(place.studio, profile, method="faceid")  # as if the base had them when it was asked for
    send(ana, photos(6))
    place.work()
    hear(ana)
    change(place.studio, profile, method="lora")
    ana.say(Chosen(f"photos:{profile.handle}:done"))
    ana.tap("Train")
    change(place.studio, profile, method="faceid")

    place.work()

    assert newest_profile(place.studio).reason == "no_faceid"
    assert any("has no FaceID weights" in reply.text for reply in hear(ana))


# ── a style


@pytest.fixture(scope="module")
def style(
    opens: Opens, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workplace, Person, Profile]]:
    with opens(tmp_path_factory.mktemp("style")) as place:
        person = Person(place.studio, "painter")
        person.say(Command("new"))
        person.tap("a style")
        person.say(Text("Ink"))
        person.tap("Kept")
        person.tap("I made them")
        # Two people, which no set of one person may show.
        send(person, [*photos(3), *photos(3, person=1_000_022)])
        place.work()
        hear(person)
        profile = newest_profile(place.studio)
        person.say(Chosen(f"photos:{profile.handle}:done"))
        person.tap("Train")
        change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))
        place.work()
        hear(person)
        yield place, person, newest_profile(place.studio)


def test_no_face_rule_judges_the_pictures_of_a_style(style: tuple[Workplace, Person, Profile]) -> None:
    place, _, profile = style
    with reading(place.studio.engine) as session:
        found = session.exec(
            select(Photo).where(Photo.profile_id == profile.id).order_by(col(Photo.number))
        ).all()

    assert not {photo.verdict for photo in found} & {"other_person", "no_face", "several_faces"}
    assert len(found) >= 5


def test_a_style_is_learnt_without_likeness_and_drawn_without_a_filter(
    style: tuple[Workplace, Person, Profile],
) -> None:
    place, person, profile = style
    version = version_of(place.studio, profile)

    pictures = drawn(place, person, profile)

    assert profile.state == ProfileState.TRAINED
    assert (version.floor, version.own_similarity, version.template) == (None, None, "")
    assert [picture.dropped for picture in pictures] == [""] * 4
    progress = json.loads(refreshed(place.studio, place.last(WorkKind.DRAW)).progress)
    assert progress["filter_off"] == "style"
