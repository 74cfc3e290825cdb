"""A whole small training: what is kept of it, what people hear, and how it ends when it does not go well."""

import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from sqlmodel import col, select

import core.jobs.slice
from core.assessment import best
from core.conversation.messages import Chosen
from core.errors import KeyGone
from core.generation import class_image_seeds
from core.jobs.checkpoints import CLASS_PICTURES, score_of, unlearnt_seeds
from core.storage import ledger
from core.storage.database import reading
from core.storage.keys import photos_key, profile_key
from core.storage.tables import Checkpoint, Photo, Profile, ProfileState, Version, Work, WorkKind, WorkState
from tests.chat.people import Person
from tests.jobs.conftest import Opens
from tests.jobs.workplace import (
    BRIEF,
    TRAINING,
    Workplace,
    change,
    confirm,
    hear,
    newest_profile,
    photos,
    version_of,
)


@dataclass
class Learnt:
    """Three trained profiles of three people, one for each way to treat the photos; the first is learnt longest."""

    place: Workplace
    people: dict[str, Person]
    profiles: dict[str, Profile]
    class_files: list[list[str]]  # after each training


@pytest.fixture(scope="module")
def learnt(opens: Opens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learnt]:
    with opens(tmp_path_factory.mktemp("learn")) as place:
        done = Learnt(place, {}, {}, [])
        for user, retention in (
            ("keep", "Kept"),
            ("template", "Deleted, keeping"),
            ("delete", "Deleted with"),
        ):
            person = Person(place.studio, user)
            profile = confirm(place, person, retention)
            if user != "keep":
                change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))
            place.work()
            hear(person)
            done.people[user], done.profiles[user] = person, newest_profile(place.studio)
            done.class_files.append(_stored_class_images(place))
            assert done.profiles[user].id == profile.id
        yield done


def _stored_class_images(place: Workplace) -> list[str]:
    """Each class image's name and when it was written."""
    folder = place.studio.settings.data_dir / "files"
    return [f"{name} {(folder / name).stat().st_mtime_ns}" for name in place.studio.files.names("class")]


def _checkpoints(place: Workplace, profile: Profile) -> list[Checkpoint]:
    with reading(place.studio.engine) as session:
        return list(
            session.exec(
                select(Checkpoint)
                .where(Checkpoint.version_id == profile.version_id)
                .order_by(col(Checkpoint.step))
            )
        )


def _versions(place: Workplace, profile: Profile) -> list[Version]:
    with reading(place.studio.engine) as session:
        return list(
            session.exec(
                select(Version).where(Version.profile_id == profile.id).order_by(col(Version.number))
            )
        )


def _state(place: Workplace) -> ProfileState:
    return newest_profile(place.studio).state


def _credit(place: Workplace, unit: str = ledger.TRAINING) -> int:
    with reading(place.studio.engine) as session:
        return ledger.balance(session, newest_profile(place.studio).account_id, unit)


def test_class_images_are_drawn_once_and_shared(learnt: Learnt) -> None:
    first, *later = learnt.class_files

    assert len(first) == 4
    assert later == [first, first]


def test_a_class_is_looked_at_where_nothing_was_learnt(place: Workplace) -> None:
    base = place.workshop.base
    learnt = class_image_seeds("woman", range(base.class_images))

    seeds = unlearnt_seeds(base, "woman")

    assert len(seeds) == len(set(seeds)) == base.class_images
    assert len(unlearnt_seeds(replace(base, class_images=200), "woman")) == CLASS_PICTURES
    assert not set(seeds) & set(learnt)


def test_every_checkpoint_has_its_samples_and_their_likeness(learnt: Learnt) -> None:
    profile = learnt.profiles["keep"]
    key = learnt.place.studio.keys.open(profile_key(profile.handle))

    checkpoints = _checkpoints(learnt.place, profile)

    assert [one.step for one in checkpoints] == [4, 8, 12]
    for one in checkpoints:
        ((file, likeness),) = json.loads(one.samples)
        assert learnt.place.studio.files.read(file, key).startswith(b"\x89PNG")
        assert one.similarity == (likeness or 0.0)
        assert one.drift is not None
        assert 0 <= one.quality <= 100


def test_the_best_checkpoint_is_kept(learnt: Learnt) -> None:
    for profile in learnt.profiles.values():
        checkpoints = _checkpoints(learnt.place, profile)
        chosen = best([score_of(one) for one in checkpoints])
        version = version_of(learnt.place.studio, profile)

        assert (version.best_step, version.quality) == (chosen.step, chosen.quality)
        assert version.weights == next(one.weights for one in checkpoints if one.step == chosen.step)
        assert version.similarity == chosen.similarity
        assert version.state == profile.state == ProfileState.TRAINED


def test_nothing_is_left_to_go_on_from(learnt: Learnt) -> None:
    assert version_of(learnt.place.studio, learnt.profiles["keep"]).saved == ""

    learnt.place.upkeep.erase()

    assert [name for name in learnt.place.studio.files.names() if "/run-" in name] == []


def test_the_floor_and_the_photos_own_likeness_name_their_recogniser(learnt: Learnt) -> None:
    version = version_of(learnt.place.studio, learnt.profiles["keep"])

    assert version.recogniser_hash == learnt.place.workshop.pack().recogniser_hash
    assert version.own_similarity is not None
    assert version.floor is not None
    assert version.class_similarity is not None
    assert version.class_similarity < version.floor < version.own_similarity < 1.0


def test_the_person_hears_of_the_steps_and_of_the_end(learnt: Learnt) -> None:
    said = [reply.text for reply in learnt.people["keep"].messages.values()]

    assert sum("is ready." in text for text in said) == 1
    with reading(learnt.place.studio.engine) as session:
        version_id = learnt.profiles["keep"].version_id
        work = session.exec(select(Work).where(Work.version_id == version_id)).one()
    progress = json.loads(work.progress)
    checkpoints = _checkpoints(learnt.place, learnt.profiles["keep"])
    assert (progress["step"], progress["steps"]) == (12, 12)
    assert progress["similarities"] == [one.similarity for one in checkpoints]


def test_a_poor_training_says_why_and_its_credit_comes_back(learnt: Learnt) -> None:
    for user, profile in learnt.profiles.items():
        said = "\n".join(reply.text for reply in learnt.people[user].messages.values())
        with reading(learnt.place.studio.engine) as session:
            assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 1
        assert version_of(learnt.place.studio, profile).causes
        assert "Likely cause: " in said
        assert "Your credit is back." in said


def test_the_credit_of_a_poor_training_comes_back_once_for_a_profile(place: Workplace, ana: Person) -> None:
    first = confirm(place, ana)
    change(place.studio, version_of(place.studio, first), plan=json.dumps(BRIEF))
    place.work()
    hear(ana)

    ana.tap("Train on")
    ana.tap("From the beginning")
    profile = newest_profile(place.studio)
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))
    place.work()

    profile = newest_profile(place.studio)
    versions = _versions(place, profile)
    assert [bool(one.causes) for one in versions] == [True, True]
    assert profile.state == ProfileState.TRAINED
    assert _credit(place) == 0


# ── what becomes of the photos (SPEC I10)


def test_photos_that_are_kept_still_open_afterwards(learnt: Learnt) -> None:
    studio, profile = learnt.place.studio, learnt.profiles["keep"]
    key = studio.keys.open(photos_key(profile.handle))

    with reading(studio.engine) as session:
        kept = session.exec(select(Photo.file).where(Photo.profile_id == profile.id)).all()
    template = np.load(io.BytesIO(studio.files.read(version_of(studio, profile).template, key)))

    assert len([studio.files.read(file, key) for file in kept]) == len(photos())
    assert len(template) == len(photos())


@pytest.mark.parametrize("retention", ["template", "delete"])
def test_photos_that_are_not_kept_are_gone_with_their_key(learnt: Learnt, retention: str) -> None:
    studio, profile = learnt.place.studio, learnt.profiles[retention]

    learnt.place.upkeep.erase()

    with pytest.raises(KeyGone):
        studio.keys.open(photos_key(profile.handle))
    with reading(studio.engine) as session:
        assert session.exec(select(Photo).where(Photo.profile_id == profile.id)).all() == []
    kinds = {name.split("/")[1].split("-")[0] for name in studio.files.names(str(profile.handle))}
    assert kinds == {"weights", "sample", "curve"} | ({"template"} if retention == "template" else set())


def test_a_kept_template_goes_on_filtering_without_the_photos(learnt: Learnt) -> None:
    studio, profile = learnt.place.studio, learnt.profiles["template"]
    version = version_of(studio, profile)

    faces = learnt.place.workshop.template(profile, version)

    assert len(faces) == len(photos())
    assert version.floor is not None


def test_without_template_there_is_no_floor_and_nothing_to_compare_with(learnt: Learnt) -> None:
    profile = learnt.profiles["delete"]
    version = version_of(learnt.place.studio, profile)

    assert (version.template, version.floor) == ("", None)
    assert learnt.place.workshop.template(profile, version) == ()


# ── other ends


@pytest.fixture
def unit_by_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices end after every unit, as if something urgent always waited."""
    monkeypatch.setattr(core.jobs.slice, "SLICE_SECONDS", 0.0)


def _until_step(place: Workplace, step: int) -> None:
    """Work until the training has its checkpoint of this step."""
    while place.turn():
        if any(one.step >= step for one in _checkpoints(place, newest_profile(place.studio))):
            return
    raise AssertionError(f"the training ended before step {step}")


def test_a_training_that_diverges_fails_with_its_reason_and_gives_the_credit_back(
    place: Workplace, ana: Person
) -> None:
    profile = confirm(place, ana)
    plan = json.dumps({"learning_rate": 1.0, "alpha": 1024.0})
    change(place.studio, version_of(place.studio, profile), plan=plan)

    place.work()

    learn = place.last(WorkKind.LEARN)
    assert (learn.state, learn.reason) == (WorkState.FAILED, "diverged")
    assert (newest_profile(place.studio).state, newest_profile(place.studio).reason) == (
        ProfileState.FAILED,
        "diverged",
    )
    assert _credit(place) == 1
    assert any("ended" in reply.text for reply in hear(ana))


def test_numbers_that_run_away_later_end_a_training_with_what_was_good_before(
    place: Workplace, ana: Person
) -> None:
    profile = confirm(place, ana)
    plan = json.dumps({"learning_rate": "1e-3:4, 1.0", "alpha": 64.0})
    change(place.studio, version_of(place.studio, profile), plan=plan)

    place.work()

    version = version_of(place.studio, newest_profile(place.studio))
    assert place.last(WorkKind.LEARN).state == WorkState.SUCCEEDED
    assert (version.state, version.best_step) == (ProfileState.TRAINED, 4)
    assert any("The numbers ran away after that" in reply.text for reply in hear(ana))


@pytest.mark.usefixtures("unit_by_unit")
def test_a_training_that_is_cancelled_between_slices_stays_so(place: Workplace, ana: Person) -> None:
    confirm(place, ana)
    _until_step(place, 4)
    hear(ana)

    ana.tap("Cancel")
    place.work()

    assert place.last(WorkKind.LEARN).state == WorkState.CANCELLED
    assert _state(place) == ProfileState.CANCELLED
    assert _credit(place) == 1
    assert [one.step for one in _checkpoints(place, newest_profile(place.studio))] == [4]


def test_a_training_that_is_cancelled_while_it_runs_stops_and_writes_nothing_more(
    place: Workplace, ana: Person
) -> None:
    profile = confirm(place, ana, "Deleted with")
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(TRAINING | {"steps": 10_000}))
    written: list[Checkpoint] = []

    def cancel() -> None:
        while not _checkpoints(place, profile):
            time.sleep(0.05)
        ana.say(Chosen(f"stop:{place.last(WorkKind.LEARN).handle}"))
        written.extend(_checkpoints(place, profile))

    thread = threading.Thread(target=cancel)
    thread.start()
    began = time.monotonic()
    place.turn()
    thread.join()

    assert time.monotonic() - began < 15
    assert place.last(WorkKind.LEARN).state == WorkState.CANCELLED
    assert place.workshop.live == {}
    assert _checkpoints(place, profile) == written
    assert place.studio.keys.find(photos_key(profile.handle)) is None
    assert _credit(place) == 1


@pytest.mark.usefixtures("unit_by_unit")
def test_a_training_that_is_not_there_yet_goes_on_and_says_so(place: Workplace, ana: Person) -> None:
    profile = confirm(place, ana)
    longer = {"checkpoint_every": 2, "most_steps": TRAINING["steps"] + 3, "patience": 100}
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(longer))

    _until_step(place, TRAINING["steps"])
    hear(ana)
    said = "\n".join(reply.text for reply in ana.messages.values())
    place.work()

    assert "so it goes on for a while" in said
    progress = json.loads(place.last(WorkKind.LEARN).progress)
    assert progress["step"] == progress["steps"] == TRAINING["steps"] + 3
    assert _checkpoints(place, profile)[-1].step == TRAINING["steps"] + 3
    assert version_of(place.studio, profile).stopped == ""


@pytest.mark.usefixtures("unit_by_unit")
def test_stop_and_keep_the_best_ends_with_what_there_is(place: Workplace, ana: Person) -> None:
    confirm(place, ana)
    _until_step(place, 4)
    hear(ana)

    ana.tap("Stop and keep the best")
    place.work()

    learn = place.last(WorkKind.LEARN)
    assert learn.state == WorkState.SUCCEEDED
    assert version_of(place.studio, newest_profile(place.studio)).best_step == 4
    assert _credit(place) == 0
