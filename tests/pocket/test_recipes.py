"""Each recipe, run for two steps: what it writes must load where the product loads it."""

import itertools
import math
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline
from hypothesis import given, settings, strategies as st
from insightface.app import FaceAnalysis
from transformers import CLIPTokenizer

from pocket import people
from pocket.cast import HELD_OUT
from pocket.recipes import (
    compositions,
    crops,
    decoder,
    detector,
    grader,
    latents,
    photos,
    recogniser,
    text_encoder,
    thresholds,
    tokenizer,
    unet,
    vae,
)
from pocket.recipes.course import Course, Plan
from pocket.recipes.photos import Shelf, drawn, training_photo
from tests.pocket.drawn_subjects import subjects_made

SHIPPED = Path(people.__file__).parent / "weights"
RECIPES = (detector, recogniser, grader, thresholds, tokenizer, vae, text_encoder, unet)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every recipe has run for two steps, in the order they need one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    plan = Plan(tmp_path_factory.mktemp("trained"), minutes=10, steps=2, workers=0, batch=2, people=6)
    for recipe in RECIPES:
        recipe.train(plan)
    torch.set_num_threads(threads)
    return plan.out


def test_the_face_pack_loads_in_insightface(trained: Path) -> None:
    faces = FaceAnalysis(name=str(trained / "faces"), providers=["CPUExecutionProvider"])

    assert set(faces.models) == {"detection", "recognition"}
    assert faces.det_model.static_input_size == (160, 160)


def test_the_trained_models_answer_in_the_shapes_of_the_shipped_ones(trained: Path) -> None:
    for name in ("detector.onnx", "recogniser.onnx"):
        ours, shipped = (
            onnxruntime.InferenceSession(folder / "faces" / name, providers=["CPUExecutionProvider"])
            for folder in (trained, SHIPPED)
        )

        assert [(o.name, o.shape) for o in ours.get_outputs()] == [
            (o.name, o.shape) for o in shipped.get_outputs()
        ]
        assert ours.get_inputs()[0].shape == shipped.get_inputs()[0].shape


@pytest.mark.parametrize("name", ["detector.onnx", "recogniser.onnx"])
def test_the_recipes_models_have_as_many_weights_as_the_shipped_ones(trained: Path, name: str) -> None:
    ours, shipped = (_weights(folder / "faces" / name) for folder in (trained, SHIPPED))

    assert ours == shipped


def test_the_base_loads_as_a_pipeline_and_draws(trained: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(trained / "base", dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)

    [picture] = pipeline("a photo of a woman", num_inference_steps=2, height=128, width=128).images

    assert picture.size == (128, 128)


def test_the_trained_parts_have_the_sizes_of_the_shipped_ones(trained: Path) -> None:
    ours, shipped = (
        StableDiffusionPipeline.from_pretrained(folder / "base") for folder in (trained, SHIPPED)
    )

    assert [value.shape for value in ours.unet.state_dict().values()] == [
        value.shape for value in shipped.unet.state_dict().values()
    ]
    assert [value.shape for value in ours.vae.state_dict().values()] == [
        value.shape for value in shipped.vae.state_dict().values()
    ]
    assert ours.scheduler.config.beta_end == shipped.scheduler.config.beta_end


def test_the_autoencoders_scale_makes_latents_vary_by_one(trained: Path) -> None:
    shipped = AutoencoderKL.from_pretrained(SHIPPED / "base" / "vae").eval()
    pictures = vae.as_input([vae.picture(number)[0] for number in range(32)])

    with torch.no_grad():
        latents = shipped.encode(pictures).latent_dist.mean * shipped.config.scaling_factor

    assert latents.std().item() == pytest.approx(1, abs=0.1)


def test_the_tokenizer_recipe_splits_captions_as_the_shipped_one_does(tmp_path: Path) -> None:
    tokenizer.train(Plan(tmp_path, minutes=1, people=300))

    ours, shipped = (
        CLIPTokenizer.from_pretrained(folder / "tokenizer")
        for folder in (tmp_path / "base", SHIPPED / "base")
    )

    text = "a photo of a sks man, blonde curly hair, round glasses, a goatee, smiling, red shirt"
    assert ours.tokenize(text) == shipped.tokenize(text)
    assert "sks</w>" in ours.tokenize(text)


def test_a_course_goes_on_where_it_was(tmp_path: Path) -> None:
    model, restored = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    list(Course("short", Plan(tmp_path, minutes=10, steps=2), {"model": model}))

    shares = list(Course("short", Plan(tmp_path, minutes=10, steps=4), {"model": restored}))

    assert shares == [0.5, 0.75]
    assert torch.equal(restored.weight, model.weight)


def test_a_course_that_is_over_has_no_steps_left(tmp_path: Path) -> None:
    plan = Plan(tmp_path, minutes=10, steps=2)
    list(Course("short", plan, {}))

    assert list(Course("short", plan, {})) == []


def test_a_course_ends_when_its_minutes_are_over(tmp_path: Path) -> None:
    course = Course("short", Plan(tmp_path, minutes=0.0002), {})

    shares = list(course)

    assert len(shares) > 1
    assert shares == sorted(shares)


@pytest.mark.parametrize("recipe", [vae, decoder], ids=["by copies", "by what the UNet makes"])
def test_a_decoder_that_is_taught_on_keeps_the_latents_that_the_unet_knows(
    tmp_path: Path, recipe: ModuleType
) -> None:
    for part in ("faces", "base"):
        shutil.copytree(SHIPPED / part, tmp_path / part)

    recipe.train(Plan(tmp_path, minutes=1, steps=1, workers=0, batch=2, people=6, start=SHIPPED))

    before, after = (AutoencoderKL.from_pretrained(one / "base" / "vae") for one in (SHIPPED, tmp_path))
    kept, moved = before.state_dict(), after.state_dict()
    assert after.config.scaling_factor == before.config.scaling_factor
    assert all(torch.equal(kept[name], moved[name]) for name in kept if name.startswith("encoder."))
    assert not all(torch.equal(kept[name], moved[name]) for name in kept if name.startswith("decoder."))


def test_latents_that_are_redrawn_are_the_same_picture_and_not_quite_the_same() -> None:
    plan = Plan(SHIPPED, minutes=1)
    pixels, _, caption = decoder.sample(7)
    base = decoder.Base(plan)
    clean, _ = latents.encoded(plan, [pixels], base.vae)
    torch.manual_seed(0)

    little, much = (base.redrawn(clean, [caption], steps) for steps in (2, 16))

    apart = [(one - clean).std().item() / clean.std().item() for one in (little, much)]
    assert 0 < apart[0] < 0.25 < apart[1] < 1


def test_an_autoencoder_without_a_recogniser_says_what_to_train_first(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"train pocket\.recipes\.recogniser"):
        vae.train(Plan(tmp_path, minutes=1, steps=1, workers=0))


@pytest.mark.parametrize(
    "draw_one",
    [
        compositions.composition,
        partial(crops.crop, people=4500),
        vae.picture,
        decoder.sample,
        partial(latents.captioned_shot, people=photos.POPULATION),
        partial(tokenizer.caption, people=4500),
    ],
    ids=["detector", "recogniser", "vae", "decoder", "unet", "tokenizer and text encoder"],
)
def test_no_recipe_draws_the_cast(draw_one: Callable[[int], object]) -> None:
    with subjects_made() as seeds:
        for number in (*range(30), 4499, HELD_OUT, HELD_OUT + 1, 64 * HELD_OUT, 10**12 + 7):
            draw_one(number)

    assert seeds
    assert max(seeds) < HELD_OUT


def test_whole_recipes_do_not_draw_the_cast(tmp_path: Path) -> None:
    with subjects_made() as seeds:
        detector.train(Plan(tmp_path, minutes=10, steps=1, workers=0, batch=1))

    assert seeds
    assert max(seeds) < HELD_OUT


def test_a_face_weighs_more_than_its_surroundings_and_its_eyes_most() -> None:
    focus = photos.Focus(np.array([32, 16, 96, 96], np.float32), np.array([[50, 50], [80, 50]], np.float32))

    weight = latents.weight_of(focus)

    assert weight.shape == (16, 16)
    assert weight[0, 0] < weight[3, 6] < weight[6, 6] == weight[6, 10]
    assert weight[2:12, 4:12].min() > weight[:2].max()


@given(number=st.integers(0, 10**15), population=st.integers(1, HELD_OUT))
@settings(max_examples=50, deadline=None)
def test_training_photos_show_only_the_population(number: int, population: int) -> None:
    person, _ = training_photo(number, population)

    assert person.seed < population <= HELD_OUT


@pytest.mark.parametrize("population", [0, -1, HELD_OUT + 1])
def test_a_population_with_held_out_people_is_refused(population: int) -> None:
    with pytest.raises(ValueError, match=str(population)):
        training_photo(0, population)


def test_every_recipe_takes_its_photos_from_the_training_population() -> None:
    for recipe in (*RECIPES, compositions, crops):
        assert not _knows(recipe, "make_scene"), f"{recipe.__name__} makes scenes of its own"
        assert not _knows(recipe, "in_unseen_look"), f"{recipe.__name__} shows a look that is kept back"


def test_other_processes_draw_the_same_in_the_same_order() -> None:
    with drawn(compositions.composition, 0) as here, drawn(compositions.composition, 1) as there:
        pairs = list(itertools.islice(zip(here, there, strict=True), 20))

    assert all(np.array_equal(ours, theirs) for (ours, _), (theirs, _) in pairs)


def test_a_shelf_takes_a_few_fresh_samples_a_batch_and_forgets_the_oldest() -> None:
    stream = itertools.count()
    shelf = Shelf(stream, room=6, fresh=2, at_first=4)

    batches = [shelf.batch(100, np.random.default_rng(0)) for _ in range(3)]

    assert [(min(batch), max(batch)) for batch in batches] == [(0, 5), (2, 7), (4, 9)]


def test_phrases_of_a_caption_name_its_parts() -> None:
    said = text_encoder.phrases("a photo of a man, black curly hair, smiling")

    assert said == {"man", "black curly hair", "black hair", "curly hair", "smiling"}


def _weights(path: Path) -> list[tuple[int, ...]]:
    """Return the shapes of all weights of an ONNX file that are more than numbers on the way."""
    shapes = [tuple(weight.dims) for weight in onnx.load(str(path)).graph.initializer]
    return sorted(shape for shape in shapes if math.prod(shape) > 16)


def _knows(module: ModuleType, name: str) -> bool:
    return hasattr(module, name)
