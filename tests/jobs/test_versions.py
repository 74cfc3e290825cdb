"""A profile that is trained again: goes on from a step, fails without losing what was, is switched and thinned out."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image
from sqlmodel import col, select

from core.conversation.messages import Chosen, Command, Gallery
from core.jobs.commission import Shown, words_of
from core.jobs.grid import Column, cell_request
from core.storage import ledger
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.tables import (
    Checkpoint,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.versions import checkpoints
from tests.chat.people import Person
from tests.jobs.conftest import Opens
from tests.jobs.workplace import Workplace, change, confirm, hear, newest_profile, version_of


@dataclass
class Owner:
    """Somebody with one trained profile."""

    place: Workplace
    ana: Person

    @property
    def profile(self) -> Profile:
        """The profile as it is now."""
        return newest_profile(self.place.studio)

    def versions(self) -> list[Version]:
        """Every version, first to last."""
        with reading(self.place.studio.engine) as session:
            wanted = (
                select(Version).where(Version.profile_id == self.profile.id).order_by(col(Version.number))
            )
            return list(session.exec(wanted))

    def tap(self, key: str, value: str = "") -> None:
        """Tap the option of this profile."""
        self.ana.say(Chosen(":".join(filter(None, (key, str(self.profile.handle), value)))))

    def train_on(self, **plan: object) -> None:
        """Go on for a few steps, with these settings besides."""
        self.tap("more", "100")
        version = version_of(self.place.studio, self.profile)
        change(self.place.studio, version, plan=json.dumps({**json.loads(version.plan), "steps": 4, **plan}))
        self.place.work()


@pytest.fixture(scope="module")
def owner(opens: Opens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with opens(tmp_path_factory.mktemp("versions")) as place:
        ana = Person(place.studio, "ana")
        confirm(place, ana)
        place.work()
        hear(ana)
        yield Owner(place, ana)


def _pictures_left(owner: Owner) -> int:
    with reading(owner.place.studio.engine) as session:
        return ledger.balance(session, owner.profile.account_id, ledger.PICTURE)


def _content(owner: Owner, work: Work) -> bytes:
    """The one picture of a work."""
    studio = owner.place.studio
    with reading(studio.engine) as session:
        row = session.exec(select(PictureRow).where(PictureRow.work_id == work.id)).one()
    return studio.files.read(row.file, studio.keys.open(profile_key(owner.profile.handle)))


def test_it_goes_on_from_the_step_that_was_kept_at_half_the_rate(owner: Owner) -> None:
    (first,) = owner.versions()

    owner.train_on()

    _, second = owner.versions()
    assert (second.number, second.origin_id, second.origin_step) == (2, first.id, first.best_step)
    assert owner.profile.version_id == second.id
    assert second.state == ProfileState.TRAINED
    assert second.weights != first.weights
    assert json.loads(second.plan)["slower"] == 0.5


def test_another_version_is_drawn_with_and_back(owner: Owner) -> None:
    first, second = owner.versions()

    owner.tap("version", "1")
    assert owner.profile.version_id == first.id
    owner.tap("version", "2")
    assert owner.profile.version_id == second.id


def test_another_step_is_what_the_version_is(owner: Owner) -> None:
    owner.tap("version", "1")
    with reading(owner.place.studio.engine) as session:
        kept = owner.versions()[0].best_step
        other = next(one for one in checkpoints(session, owner.versions()[0]) if one.step != kept)

    owner.tap("step", str(other.step))

    version = owner.versions()[0]
    assert (version.best_step, version.weights) == (other.step, other.weights)
    assert version.quality == other.quality


def test_a_grid_is_one_picture_whose_columns_and_rows_can_be_made_the_profiles_own(owner: Owner) -> None:
    owner.tap("version", "1")
    steps = [str(step) for step in (4, 8, 12)]
    before = _pictures_left(owner)

    owner.ana.say(Command("grid"))
    owner.place.work()

    work = owner.place.last(WorkKind.DRAW)
    assert work.state == WorkState.SUCCEEDED
    assert json.loads(work.progress)["grid"] == {
        "axis": "steps",
        "columns": steps,
        "rows": ["1", "2", "3"],
    }
    assert _pictures_left(owner) == before
    with Image.open(io.BytesIO(_content(owner, work))) as picture:
        assert picture.width > picture.height  # the headings stand before the rows
        pixels = np.asarray(picture.convert("L")).astype(float)
    assert pixels.std() > 30
    gallery = [reply for reply in hear(owner.ana) if isinstance(reply, Gallery)][-1]
    assert [option.label for option in gallery.options][:6] == [*steps, "CFG 1", "CFG 2", "CFG 3"]
    owner.ana.tap("CFG 3")
    owner.ana.tap("4")
    version = owner.versions()[0]
    assert (version.cfg, version.best_step) == (3.0, 4)


def test_a_grid_asks_for_the_subject_as_its_captions_do(owner: Owner) -> None:
    workshop, version = owner.place.workshop, owner.versions()[0]
    words = words_of(workshop, owner.profile)
    column = Column("1", Shown(owner.profile, version, words, 1.0), workshop.base)

    request = cell_request(workshop, column, 4.0, 7)

    assert request.prompt == f"a photo of a {workshop.base.instance_tokens[0]} {words['class_word']}"
    assert request.cfg == 4.0


@pytest.mark.parametrize(
    ("axis", "columns"), [("versions", ["1", "2"]), ("strength", ["0.6", "0.8", "1", "1.2"])]
)
def test_other_axes_are_drawn_too(owner: Owner, axis: str, columns: list[str]) -> None:
    owner.ana.say(Command("grid", axis))
    owner.place.work()

    work = owner.place.last(WorkKind.DRAW)
    assert work.state == WorkState.SUCCEEDED
    assert json.loads(work.progress)["grid"]["columns"] == columns


def test_a_version_that_fails_leaves_the_one_before_in_place(owner: Owner) -> None:
    before = owner.profile.version_id

    owner.train_on(learning_rate=1.0, alpha=1024.0)

    assert owner.place.last(WorkKind.LEARN).state == WorkState.FAILED
    profile = owner.profile
    assert profile.state == ProfileState.TRAINED
    with reading(owner.place.studio.engine) as session:
        kept = session.get_one(Version, profile.version_id)
    assert kept.state == ProfileState.TRAINED
    assert before is not None
    assert owner.versions()[-1].state == ProfileState.FAILED
    said = "\n".join(reply.text for reply in hear(owner.ana))
    assert "is there as before." in said


def test_one_that_is_cancelled_leaves_it_too(owner: Owner) -> None:
    owner.tap("anew")
    owner.ana.say(Command("cancel"))

    assert owner.profile.state == ProfileState.TRAINED
    assert owner.versions()[-1].state == ProfileState.CANCELLED


def test_a_version_is_deleted_with_its_files_and_never_the_current_one(owner: Owner) -> None:
    owner.tap("version", "2")
    first = owner.versions()[0]
    with reading(owner.place.studio.engine) as session:
        files = [one.weights for one in checkpoints(session, first)] + [first.template, first.curve]

    owner.tap("unlearn", "2")
    owner.tap("unlearn", "1")
    owner.place.upkeep.erase()

    assert next(one.number for one in owner.versions()) == 2
    stored = set(owner.place.studio.files.names(str(owner.profile.handle)))
    assert not stored & set(files)
    with reading(owner.place.studio.engine) as session:
        assert session.exec(select(Checkpoint).where(Checkpoint.version_id == first.id)).all() == []
