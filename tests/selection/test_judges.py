from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import pocket
from core.artifacts import Pixels
from core.faces import FacePack
from core.selection.judge import Judge, Opinion
from core.selection.judges import JUDGES
from core.selection.judges.likeness import Likeness
from pocket import faults
from pocket.cast import HELD_OUT, photos_of
from pocket.people import make_person
from pocket.scenes import make_scene

SUBJECT = HELD_OUT + 1


@pytest.fixture(scope="module")
def pack() -> FacePack:
    return FacePack.open(Path(pocket.__file__).parent / "weights" / "faces", threads=1)


def photos(person: int, count: int) -> Sequence[Pixels]:
    return [drawing.pixels for drawing in photos_of(person, count, 256)]


@pytest.fixture(scope="module")
def likeness(pack: FacePack) -> Likeness:
    return Likeness(pack, [pack.faces_in(photo)[0].embedding for photo in photos(SUBJECT, 6)])


@pytest.fixture(scope="module")
def judges(likeness: Likeness) -> Mapping[str, Judge]:
    return {"likeness": likeness}


@pytest.mark.parametrize("name", JUDGES)
def test_every_judge_has_an_opinion_on_every_picture(judges: Mapping[str, Judge], name: str) -> None:
    judge = judges[name]
    pictures: list[Callable[[], Pixels]] = [
        lambda: photos(SUBJECT, 1)[0],
        lambda: np.zeros((64, 64, 3), np.uint8),
        lambda: np.random.default_rng(0).integers(0, 255, (64, 96, 3)).astype(np.uint8),
    ]

    for make in pictures:
        pixels = make()
        before = pixels.copy()
        opinion = judge.look(pixels)

        assert isinstance(opinion, Opinion)
        assert judge.look(pixels) == opinion
        assert np.array_equal(pixels, before)
    assert judge.name == name


def test_a_picture_of_the_subject_is_liker_than_one_of_a_stranger(likeness: Likeness, pack: FacePack) -> None:
    own = likeness.look(photos_of(SUBJECT, 1, 256, first_scene=900)[0].pixels)
    strange = likeness.look(photos(SUBJECT + 4, 1)[0])

    assert own.objection == strange.objection == ""
    assert own.similarity is not None
    assert strange.similarity is not None
    assert own.similarity > pack.thresholds.same_person > strange.similarity


def test_a_picture_of_nobody_is_objected_to(likeness: Likeness) -> None:
    assert likeness.look(faults.nobody(make_scene(10), 256)) == Opinion(None, "no_face")


def test_a_picture_of_several_people_is_objected_to(likeness: Likeness) -> None:
    group = faults.several([make_person(SUBJECT), make_person(SUBJECT + 1)], 5, 512)

    assert likeness.look(group).objection == "several_faces"


def test_likeness_to_nobody_is_an_error(pack: FacePack) -> None:
    with pytest.raises(ValueError, match="needs a photo"):
        Likeness(pack, [])
