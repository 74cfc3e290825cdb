"""Scoring pictures of drawn people, with the real face pack."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

from core.artifacts import Pixels
from core.assessment import POOR_BELOW, Examiner, Score, diagnose
from core.assessment.curve import HEIGHT, WIDTH, curve
from core.assessment.fidelity import open_scorer
from core.errors import ModelUnusable
from core.faces import FacePack, leave_one_out
from core.families.catalogue import Scorer, sha256_of
from pocket.cast import PEOPLE, photos_of

FACES = Path("pocket/weights/faces")
TOKENIZER = Path("pocket/weights/base/tokenizer")
SUBJECT, STRANGER = PEOPLE[1], PEOPLE[22]


class Reads:
    """A judge of prompts that likes bright pictures for bright words: real arithmetic, no model."""

    def score(self, pixels: Pixels, text: str) -> float:
        """The picture's brightness, or its darkness for a dark text."""
        light = float(pixels.mean()) / 255
        return 1 - light if "dark" in text else light


@pytest.fixture(scope="module")
def pack() -> FacePack:
    return FacePack.open(FACES, threads=1)


def shots(seed: int, count: int, first: int = 0) -> list[Pixels]:
    return [photo.pixels for photo in photos_of(seed, count, 128, first_scene=first)]


def examiner(pack: FacePack, **more: object) -> Examiner:
    photos = shots(SUBJECT, 6)
    faces = [pack.faces_in(photo)[0].embedding for photo in photos]
    given = {
        "photos": photos, "embeddings": faces, "own": float(np.mean(leave_one_out(faces))),
        "class_pictures": shots(STRANGER, 2),
    }  # fmt: skip
    return Examiner(pack, None, **(given | more))  # type: ignore[arg-type]


def told(pictures: list[Pixels]) -> list[tuple[Pixels, str]]:
    return [(picture, "") for picture in pictures]


def test_the_subject_scores_high_and_a_stranger_low(pack: FacePack) -> None:
    exam = examiner(pack)
    right, likenesses = exam.examine(50, told(shots(SUBJECT, 4, 500)), shots(STRANGER, 2))
    wrong, _ = exam.examine(50, told(shots(STRANGER, 4, 500)), shots(STRANGER, 2))

    assert right.quality > 85 > POOR_BELOW > wrong.quality
    assert len(likenesses) == 4
    assert right.similarity == pytest.approx(np.mean([one or 0 for one in likenesses]))
    assert (right.drift, right.copies, right.fidelity) == (0.0, 0.0, None)


def test_a_picture_without_a_face_counts_as_unlike(pack: FacePack) -> None:
    empty = np.full((128, 128, 3), 90, np.uint8)
    half, likenesses = examiner(pack).examine(1, told([*shots(SUBJECT, 1, 500), empty]), [])

    assert likenesses[1] is None
    assert half.similarity == pytest.approx((likenesses[0] or 0) / 2)


def test_a_class_that_became_the_subject_has_drifted(pack: FacePack) -> None:
    score, _ = examiner(pack).examine(1, told(shots(SUBJECT, 2, 500)), shots(SUBJECT, 2, 600))

    assert score.drift is not None
    assert score.drift > 0.4


def test_photos_that_come_out_again_are_copies_mirrored_or_not(pack: FacePack) -> None:
    photos = shots(SUBJECT, 6)
    mirrored = np.ascontiguousarray(photos[1][:, ::-1])
    score, _ = examiner(pack).examine(1, told([photos[0], mirrored, *shots(SUBJECT, 2, 500)]), [])

    assert score.copies == 0.5


def test_fidelity_is_measured_against_what_the_base_does(pack: FacePack) -> None:
    bright, dark = np.full((64, 64, 3), 200, np.uint8), np.full((64, 64, 3), 55, np.uint8)
    photos = shots(SUBJECT, 3)
    exam = Examiner(
        pack, Reads(), photos=photos, embeddings=[], own=None, class_pictures=[],
        usual=[(bright, "bright"), (dark, "dark")],
    )  # fmt: skip

    obeyed, _ = exam.examine(1, [(bright, "bright"), (dark, "dark")], [])
    ignored, _ = exam.examine(1, [(dark, "bright"), (bright, "dark")], [])

    assert obeyed.quality == pytest.approx(100)
    assert ignored.quality == pytest.approx(100 * 55 / 200, rel=0.01)
    assert obeyed.similarity is None


@pytest.mark.parametrize(
    ("missing", "measures", "own", "word", "causes"),
    [
        ((), {}, 0.9, "woman", ("photos",)),
        ((), {"recognised": 0.9, "quality": 0.9}, 0.9, "woman", ("photos",)),
        (("light",), {"recognised": 0.06, "quality": 0.9}, 0.9, "woman", ("poor", "light")),
        ((), {"recognised": 0.9, "quality": 0.0}, 0.9, "woman", ("poor",)),
        (("more_photos", "light"), {}, 0.9, "woman", ("too_few", "light")),
        (("angles",), {}, 0.2, "person", ("mixed", "class_word", "no_variety")),
        (("photos",), {}, None, "woman", ("too_few",)),
    ],
)
def test_a_poor_training_has_its_causes_likeliest_first(
    missing: tuple[str, ...],
    measures: dict[str, float],
    own: float | None,
    word: str,
    causes: tuple[str, ...],
) -> None:
    poor = Score(100, 0.2, None, None, 0.0, 20.0)

    told = diagnose(poor, missing=missing, measures=measures, own=own, same_person=0.41, class_word=word)

    assert told == causes


def test_a_good_training_has_no_causes_however_few_its_photos() -> None:
    good = Score(100, 0.8, None, None, 0.0, 90.0)

    told = diagnose(
        good,
        missing=("photos", "light"),
        measures={"quality": 0.0},
        own=0.2,
        same_person=0.41,
        class_word="person",
    )

    assert told == ()


def test_the_curve_rises_where_the_quality_does_and_marks_what_was_kept() -> None:
    scores = [
        Score(step, None, None, None, 0.0, quality)
        for step, quality in ((100, 10.0), (200, 90.0), (300, 50.0))
    ]
    with Image.open(io.BytesIO(curve(scores, 200, 400))) as picture:
        pixels = np.array(picture.convert("RGB")).astype(int)

    assert pixels.shape == (HEIGHT, WIDTH, 3)
    green = np.abs(pixels - [0x7F, 0xD1, 0xAE]).sum(2) < 30
    rows, columns = np.nonzero(green)
    left, middle, right = (rows[np.abs(columns - at).argsort()[:40]].mean() for at in (294, 504, 714))
    assert middle < right < left  # of a picture, up is less
    line = (pixels.sum(2) > 700)[:, 400:600].sum(0)
    assert abs(int(line.argmax()) + 400 - 504) <= 2


def test_a_clip_model_tells_how_near_text_and_picture_are(tmp_path: Path) -> None:
    entry = tiny_clip(tmp_path)
    judge = open_scorer(entry)
    picture = shots(SUBJECT, 1)[0]

    texts = ("a photo of a man", "an ink drawing of a cat", "a park", "smiling", "a beard")
    scores = {judge.score(picture, text) for text in texts}

    assert len(scores) > 1
    assert all(0 <= score <= 1 for score in scores)


def tiny_clip(folder: Path) -> Scorer:
    """A CLIP of transformers' own classes, small and untrained."""
    tokenizer = CLIPTokenizer.from_pretrained(TOKENIZER)
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = CLIPConfig(
        text_config={**small, "vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id},
        vision_config={**small, "image_size": 64, "patch_size": 16},
        projection_dim=256,
    )
    CLIPModel(config).save_pretrained(folder)
    size = {"shortest_edge": 64}
    processor = CLIPImageProcessor(size=size, crop_size={"height": 64, "width": 64})
    CLIPProcessor(processor, tokenizer).save_pretrained(folder)
    return Scorer(
        "tiny", "clip", folder, "MIT", {"model.safetensors": sha256_of(folder / "model.safetensors")}
    )


def test_a_scorer_of_an_unknown_kind_or_without_its_files_is_refused(tmp_path: Path) -> None:
    entry = tiny_clip(tmp_path)
    with pytest.raises(ModelUnusable, match="no scorer of kind"):
        open_scorer(Scorer("x", "guess", entry.path, "MIT", entry.sha256))
    with pytest.raises(ModelUnusable, match="names no tokenizer"):
        open_scorer(Scorer("x", "towers", entry.path, "MIT", entry.sha256))
    with pytest.raises(ModelUnusable, match="no file"):
        open_scorer(Scorer("x", "towers", entry.path, "MIT", entry.sha256, TOKENIZER))
