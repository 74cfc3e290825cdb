"""The judges of pictures without a face, trained for two steps: what they say is of the right kind and shape."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from core.curation.embedding import Embedder as SubjectEmbedder
from pocket.animal_captions import ANIMAL_VALUES
from pocket.animals import ANIMAL_KINDS
from pocket.captions import VALUES, attributes, describe
from pocket.cast import HELD_OUT
from pocket.judges import JUDGES, Embedder, open_attributes, open_scorer
from pocket.people import Person
from pocket.recipes import (
    attributes as attributes_recipe,
    closeness as closeness_recipe,
    embedder as embedder_recipe,
    scorer as scorer_recipe,
    tokenizer,
)
from pocket.recipes.attributes import truth_of
from pocket.recipes.course import Plan
from pocket.recipes.embedder import alike_loss
from pocket.recipes.going_on import take_up, without_statistics
from pocket.recipes.photos import training_shot
from pocket.recipes.scorer import with_a_wrong_word
from pocket.sayings import COLOURS, HEADS, SAYINGS, written
from tests.pocket.drawn_subjects import subjects_made


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tokenizer and the judges, all of whom had two steps."""
    plan = Plan(tmp_path_factory.mktemp("judges"), minutes=10, steps=2, workers=0, batch=3, people=20)
    for recipe in (tokenizer, attributes_recipe, embedder_recipe, closeness_recipe, scorer_recipe):
        recipe.train(plan)
    return plan.out


def test_attributes_are_values_of_the_subject_that_is_seen(out: Path) -> None:
    judge = open_attributes(out / "judges")
    for number in range(6):
        found = judge.of(training_shot(number).pixels(96))
        values = ANIMAL_VALUES if found["kind"] in ANIMAL_KINDS else VALUES

        assert {"look", "kind"} <= set(found) <= {"look", *values}
        assert all(found[name] in HEADS[name] for name in found)
        assert found["look"] == "photo" or not COLOURS & set(found)


def test_a_judge_of_which_only_the_file_is_left_goes_on_as_it_was() -> None:
    pictures = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    file = JUDGES / "attributes.onnx"
    shipped = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    [expected] = shipped.run(None, {"input.1": pictures.numpy()})

    teller = attributes_recipe.Teller()
    take_up(teller, file)
    without_statistics(teller)

    assert np.allclose(teller(pictures).detach().numpy(), expected, atol=1e-3)


def test_every_truth_has_its_place_among_the_judges_answers() -> None:
    for number in range(60):
        for name, value in truth_of(training_shot(number)).items():
            assert value in HEADS[name]


def test_a_caption_of_all_attributes_is_the_one_that_captions_give() -> None:
    people = [shot for shot in map(training_shot, range(60)) if isinstance(shot.subject, Person)]
    for shot in people:
        person = shot.subject
        assert isinstance(person, Person)
        _, *said = describe(person, shot.scene, 0, drop=-1.0).split(", ")
        told = SAYINGS.said(attributes(person, shot.scene))

        # A hat's colour and freckles are in no attribute.
        assert [part for part in told if shot.scene.hat is None or shot.scene.hat not in part] == [
            part for part in said if part != "freckles" and (not shot.scene.hat or shot.scene.hat not in part)
        ]


def test_what_is_not_told_is_not_said() -> None:
    assert SAYINGS.said({"hair_style": "curly", "expression": "neutral", "hat": "none"}) == ["curly hair"]
    assert SAYINGS.said({"pattern": "tabby", "ears": "small"}) == ["tabby", "small ears"]


def test_the_words_that_ship_are_these() -> None:
    assert (JUDGES / "attributes.json").read_text() == written()


def test_captions_begin_as_captions_do(out: Path) -> None:
    caption = open_attributes(out / "judges").everything(training_shot(1).pixels(128))

    assert caption.startswith(("a photo of a ", "an ink drawing of a "))


def test_embeddings_have_length_one_and_are_the_same_again(out: Path) -> None:
    judge, picture = Embedder.open(out / "judges"), training_shot(2).pixels(200)

    assert judge.of(picture).shape == (128,)
    assert np.linalg.norm(judge.of(picture)) == pytest.approx(1, abs=1e-4)
    np.testing.assert_array_equal(judge.of(picture), judge.of(picture))


def test_the_product_opens_the_embedder_with_what_its_numbers_mean(out: Path) -> None:
    embedder = SubjectEmbedder.open(out / "judges")
    picture = training_shot(3).pixels(200)

    assert np.allclose(embedder.of(picture), Embedder.open(out / "judges").of(picture), atol=1e-4)
    assert -1 <= embedder.closeness.ambiguous <= embedder.closeness.same_subject <= 1


def test_subjects_that_are_well_apart_are_told_apart() -> None:
    near, far = np.eye(4, dtype=np.float32)[:2]
    turned = np.array((0.9, 0, 0.436, 0), np.float32)

    found = closeness_recipe.closeness([[near, turned, near], [far, far, far]])

    assert 0.4 < found.ambiguous == found.same_subject < 0.5


def test_scores_are_chances_that_hang_on_the_text(out: Path) -> None:
    judge, picture = open_scorer(out / "judges", out / "base" / "tokenizer"), training_shot(2).pixels(128)
    scores = {judge.score(picture, text) for text in ("a photo of a man", "a photo of a cat, green eyes")}

    assert len(scores) == 2
    assert all(0 <= score <= 1 for score in scores)


def test_what_is_no_picture_is_refused(out: Path) -> None:
    with pytest.raises(ValueError, match=r"\(128, 128\)"):
        Embedder.open(out / "judges").of(np.zeros((128, 128), np.uint8))


def test_a_missing_judge_says_what_to_train(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"train pocket\.recipes\.embedder first"):
        Embedder.open(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"train pocket\.recipes\.tokenizer first"):
        scorer_recipe.train(Plan(tmp_path, minutes=1, steps=1, workers=0))


def test_a_wrong_caption_differs_in_one_telling_word() -> None:
    for number in range(80):
        caption = training_shot(number).caption()
        wrong = with_a_wrong_word(caption, np.random.default_rng(number))
        pairs = list(zip(caption.split(" "), wrong.split(" "), strict=True))

        assert sum(one != other for one, other in pairs) == 1


def test_pictures_of_one_subject_are_drawn_together() -> None:
    near = torch.eye(4, 128)[[0, 1, 0, 1]]
    apart = torch.eye(4, 128)[[0, 1, 2, 3]]

    assert alike_loss(near, ["a", "b", "a", "b"]) < 0.1 < alike_loss(apart, ["a", "b", "a", "b"])


def test_pairs_share_their_subject_and_nobody_of_the_cast_is_drawn() -> None:
    with subjects_made() as seeds:
        pairs = [embedder_recipe.pair(number, 500) for number in range(8)]

    assert len({name for _, _, name in pairs}) > 4
    assert all(one.shape == two.shape == (128, 128, 3) and (one != two).any() for one, two, _ in pairs)
    assert all(int(name.split()[1]) < HELD_OUT for _, _, name in pairs if name != "ink")
    assert max(seeds) < HELD_OUT


@pytest.mark.parametrize("sample", [attributes_recipe.sample, scorer_recipe.sample])
def test_samples_show_nobody_of_the_cast(sample: object) -> None:
    with subjects_made() as seeds:
        for number in (0, 1, HELD_OUT, 10**12 + 7):
            sample(number)  # type: ignore[operator]

    assert seeds
    assert max(seeds) < HELD_OUT
