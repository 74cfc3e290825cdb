import json
from pathlib import Path

import numpy as np
import pytest

from core.artifacts import Pixels
from core.curation import measure
from core.curation.embedding import Closeness, Embedder
from core.errors import ModelUnusable
from tests.curation.conftest import SIZE
from tests.curation.tiny_embedder import write_embedder


def coloured(*colour: int) -> Pixels:
    return np.full((30, 50, 3), colour, np.uint8)


def test_what_it_sees_has_length_one_and_tells_colours_apart(tmp_path: Path) -> None:
    embedder = Embedder.open(write_embedder(tmp_path))

    red, rose, blue = (embedder.of(coloured(*one)) for one in ((250, 30, 30), (240, 60, 50), (20, 20, 240)))

    assert np.linalg.norm(red) == pytest.approx(1, abs=1e-5)
    assert red @ rose > 0.9 > 0 > red @ blue
    assert embedder.closeness == Closeness(same_subject=0.5, ambiguous=0.3)


def test_it_looks_at_the_middle_of_a_picture(tmp_path: Path) -> None:
    embedder = Embedder.open(write_embedder(tmp_path))
    framed = coloured(20, 20, 240)
    framed[:, 10:40] = (250, 30, 30)

    assert np.allclose(embedder.of(framed), embedder.of(coloured(250, 30, 30)), atol=1e-3)


def test_a_photo_is_measured_with_it(tmp_path: Path) -> None:
    embedder = Embedder.open(write_embedder(tmp_path))

    photo = measure(coloured(250, 30, 30), None, SIZE, embedder=embedder)

    assert photo.look is not None
    assert np.array_equal(type(photo).from_json(photo.to_json()).look, photo.look)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "embedder.onnx").unlink(), "there is no file"),
        (lambda folder: (folder / "embedder.onnx").write_bytes(b"no model"), "embedder.onnx"),
        (lambda folder: (folder / "embedder.json").unlink(), "embedder.json"),
        (lambda folder: (folder / "embedder.json").write_text(json.dumps({"same_subject": 1})), "ambiguous"),
    ],
    ids=["no model", "another file", "no numbers", "a number missing"],
)
def test_one_that_cannot_be_used_says_why(tmp_path: Path, spoil: object, reason: str) -> None:
    folder = write_embedder(tmp_path / "tiny")
    assert callable(spoil)
    spoil(folder)

    with pytest.raises(ModelUnusable, match=reason):
        Embedder.open(folder)
