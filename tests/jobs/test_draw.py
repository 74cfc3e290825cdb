"""Drawings: more candidates than asked for, what is delivered and dropped, and whose credits that costs."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import col, select

from core.conversation.messages import Command
from core.storage import ledger
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.tables import PictureRow, Profile, ProfileState, Work, WorkKind, WorkState
from tests.chat.people import Person
from tests.jobs.conftest import Opens
from tests.jobs.workplace import (
    BRIEF,
    Workplace,
    change,
    confirm,
    hear,
    refreshed,
    version_of,
)

ALL_PASS, NONE_PASS = -1.0, 0.999


@dataclass
class Drawn:
    """A studio with two people's trained profiles."""

    place: Workplace
    people: dict[str, Person]
    profiles: dict[str, Profile]

    def set_floor(self, user: str, floor: float | None) -> None:
        """What a longer training or other photos would have made the floor."""
        change(self.place.studio, version_of(self.place.studio, self.profiles[user]), floor=floor)

    def draw(self, user: str, words: str) -> tuple[Work, list[PictureRow]]:
        """Ask for pictures and have them drawn; answers the work and its pictures by number."""
        self.people[user].say(Command("imagine", words))
        work = self.place.last(WorkKind.DRAW)
        self.place.work()
        with reading(self.place.studio.engine) as session:
            rows = session.exec(
                select(PictureRow).where(PictureRow.work_id == work.id).order_by(col(PictureRow.number))
            ).all()
        return refreshed(self.place.studio, work), list(rows)

    def credit(self, user: str) -> int:
        """Picture credits left."""
        with reading(self.place.studio.engine) as session:
            return ledger.balance(session, self.profiles[user].account_id, ledger.PICTURE)

    def content(self, user: str, row: PictureRow) -> bytes:
        """A picture's file, opened."""
        key = self.place.studio.keys.open(profile_key(self.profiles[user].handle))
        return self.place.studio.files.read(row.file, key)


@pytest.fixture(scope="module")
def drawn(opens: Opens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawn]:
    with opens(tmp_path_factory.mktemp("draw"), free_pictures=100) as place:
        done = Drawn(place, {}, {})
        for user, retention in (("ana", "Kept"), ("ben", "Deleted with")):
            done.people[user] = Person(place.studio, user)
            profile = confirm(place, done.people[user], retention)
            # A short training has hardly changed the base: a faster rate shows whose adapter is worn.
            plan = json.dumps({"learning_rate": 0.006, "steps": 8, "checkpoint_every": 8})
            change(place.studio, version_of(place.studio, profile), plan=plan)
            place.work()
            done.profiles[user] = profile
            hear(done.people[user])
        yield done


def likeness_of_the_fit(rows: list[PictureRow]) -> list[float]:
    """In order of number; what a judge objected to is dropped however similar, and a short training draws some."""
    return [row.similarity or 0.0 for row in rows if row.dropped in {"", "less_similar"}]


def test_more_are_made_than_asked_for_and_the_most_alike_delivered(drawn: Drawn) -> None:
    drawn.set_floor("ana", ALL_PASS)
    before = drawn.credit("ana")

    work, rows = drawn.draw("ana", "smiling, blue background --n 2")

    assert work.state == WorkState.SUCCEEDED
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert [bool(row.dropped) for row in rows] == [False, False] + [True] * (len(rows) - 2)
    assert len(rows) >= 4  # more where a judge objected to so many that two did not remain
    assert likeness_of_the_fit(rows)[:2] == sorted(likeness_of_the_fit(rows), reverse=True)[:2]
    assert before - drawn.credit("ana") == 2


def test_every_stored_picture_opens(drawn: Drawn) -> None:
    _, rows = drawn.draw("ana", "in a garden --n 1")

    assert all(drawn.content("ana", row).startswith(b"\x89PNG") for row in rows)


def test_nothing_below_the_floor_is_delivered_and_the_rest_of_the_credits_comes_back(drawn: Drawn) -> None:
    drawn.set_floor("ana", ALL_PASS)
    _, candidates = drawn.draw("ana", "smiling, blue background --n 4 --seed 7")
    best, second, *_ = sorted(likeness_of_the_fit(candidates), reverse=True)
    drawn.set_floor("ana", (best + second) / 2)
    before = drawn.credit("ana")

    work, rows = drawn.draw("ana", "smiling, blue background --n 4 --seed 7")

    delivered = [row for row in rows if not row.dropped]
    floor = version_of(drawn.place.studio, drawn.profiles["ana"]).floor
    assert 1 <= len(delivered) <= 4
    assert floor is not None
    assert all(row.similarity is not None and row.similarity >= floor for row in delivered)
    assert all(row.dropped for row in rows if row.similarity is None or row.similarity < floor)
    assert len(rows) > len(candidates)  # more were made where too many fell
    assert before - drawn.credit("ana") == len(delivered)
    assert work.state == WorkState.SUCCEEDED


def test_where_nothing_passes_nothing_is_paid(drawn: Drawn) -> None:
    drawn.set_floor("ana", NONE_PASS)
    before = drawn.credit("ana")

    work, rows = drawn.draw("ana", "by the sea --n 2")

    assert len(rows) == 3 * 2 + 4
    assert {row.dropped for row in rows} <= {"below_floor", "no_face", "several_faces"}
    assert drawn.credit("ana") == before
    assert work.state == WorkState.SUCCEEDED
    said = hear(drawn.people["ana"])
    assert any("Show dropped" in str(getattr(reply, "options", "")) for reply in said)


def test_a_drawing_that_was_taken_away_writes_nothing(drawn: Drawn) -> None:
    drawn.set_floor("ana", NONE_PASS)
    person, place = drawn.people["ana"], drawn.place
    before = drawn.credit("ana")
    person.say(Command("imagine", "on the moon --n 8 --steps 20"))
    work = place.last(WorkKind.DRAW)

    def cancel() -> None:
        while refreshed(place.studio, work).state != WorkState.RUNNING:
            time.sleep(0.02)
        person.tap("Cancel")

    thread = threading.Thread(target=cancel)
    thread.start()
    place.work()
    thread.join()

    with reading(place.studio.engine) as session:
        assert session.exec(select(PictureRow).where(PictureRow.work_id == work.id)).all() == []
    assert refreshed(place.studio, work).state == WorkState.CANCELLED
    assert drawn.credit("ana") == before


def test_without_a_template_the_filter_is_off_and_that_is_said(drawn: Drawn) -> None:
    work, rows = drawn.draw("ben", "in the rain --n 2")

    assert [(row.similarity, row.dropped) for row in rows] == [(None, ""), (None, "")]
    assert json.loads(work.progress)["filter_off"] == "photos"
    said = "\n".join(reply.text for reply in hear(drawn.people["ben"]))
    assert "No likeness check: the photos were deleted" in said


def test_photos_deleted_later_switch_the_filter_off_too(drawn: Drawn) -> None:
    place = drawn.place
    person = Person(place.studio, "cy")
    profile = confirm(place, person)
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))
    place.work()
    person.say(Command("privacy"))
    person.tap("Delete only the photos")

    person.say(Command("imagine", "in the rain --n 1"))
    place.work()

    assert json.loads(place.last(WorkKind.DRAW).progress)["filter_off"] == "photos"
    with reading(place.studio.engine) as session:
        assert session.get_one(Profile, profile.id).state == ProfileState.TRAINED


def test_two_profiles_in_turn_each_keep_their_own_look(drawn: Drawn) -> None:
    drawn.set_floor("ana", None)
    same = "a portrait --n 1 --seed 11"

    (first,), (second,), (again,) = (drawn.draw(user, same)[1] for user in ("ana", "ben", "ana"))

    assert drawn.content("ana", first) == drawn.content("ana", again)
    assert drawn.content("ana", first) != drawn.content("ben", second)


def test_a_drawing_waits_while_its_profile_learns_and_runs_afterwards(drawn: Drawn) -> None:
    place = drawn.place
    person = Person(place.studio, "dee")
    profile = confirm(place, person)
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(BRIEF))
    person.say(Command("imagine", "at the window --n 1"))

    kinds = place.work()

    assert kinds == [WorkKind.LEARN, WorkKind.DRAW]
    with reading(place.studio.engine) as session:
        picture = session.exec(select(PictureRow).where(PictureRow.profile_id == profile.id)).first()
    assert picture is not None


def test_a_drawing_whose_training_failed_ends_and_costs_nothing(drawn: Drawn) -> None:
    place = drawn.place
    person = Person(place.studio, "eve")
    profile = confirm(place, person)
    person.say(Command("imagine", "at the window --n 3"))
    hold = place.last(WorkKind.DRAW)
    change(
        place.studio,
        version_of(place.studio, profile),
        plan=json.dumps({"learning_rate": 1.0, "alpha": 1024.0}),
    )

    place.work()

    work = refreshed(place.studio, hold)
    assert (work.state, work.reason) == (WorkState.FAILED, "not_ready")
    with reading(place.studio.engine) as session:
        assert ledger.balance(session, profile.account_id, ledger.PICTURE) == 100
