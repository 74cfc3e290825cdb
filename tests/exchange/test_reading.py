"""Files from elsewhere: what is read of them, and why they are refused."""

import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings, strategies as st

from core.errors import Unfit, WeightsRefused
from core.exchange.leaving import About, export
from core.exchange.reading import Found, recognise
from core.exchange.tensors import MOST_TENSORS, read
from tests.exchange import files
from tests.exchange.files import KOHYA, LAYER, file_of, headed, lora, tensor
from tests.exchange.test_leaving import ABOUT, ROBIN

DOWN, UP = f"{LAYER}.lora_A.weight", f"{LAYER}.lora_B.weight"


def _change(found: Found) -> np.ndarray:
    state = safetensors.numpy.load(found.weights)
    change: np.ndarray = state[UP].astype(float) @ state[DOWN].astype(float)
    return change


def _refused(content: bytes) -> WeightsRefused:
    with pytest.raises(WeightsRefused) as refused:
        recognise(content)
    return refused.value


# ── what is read


def test_what_left_comes_back_to_the_number_with_its_words() -> None:
    found = recognise(export(ROBIN.read_bytes(), ABOUT))

    ours, back = safetensors.numpy.load(ROBIN.read_bytes()), safetensors.numpy.load(found.weights)
    assert ours.keys() == back.keys()
    assert all(np.array_equal(ours[key], back[key]) for key in ours)
    assert (found.method, found.rank, found.words, found.trigger) == ("lora", 16, "sks man", "zarobi")
    assert found.class_word == "man"
    assert found.family == ""  # the miniature's widths are nobody else's


@pytest.mark.parametrize("dtype", ["F64", "F32", "F16", "BF16"])
@pytest.mark.parametrize(
    "names",
    [
        (f"{KOHYA}.lora_down.weight", f"{KOHYA}.lora_up.weight"),
        (DOWN, UP),
        (f"base_model.model.{DOWN}", f"base_model.model.{UP}"),
        (f"{LAYER}.lora.down.weight", f"{LAYER}.lora.up.weight"),
        (f"{LAYER}.lora_linear_layer.down.weight", f"{LAYER}.lora_linear_layer.up.weight"),
    ],
)
def test_every_layout_and_precision_is_read(names: tuple[str, str], dtype: str) -> None:
    down, up = [[1.0, 2.0, 0.5]], [[4.0], [-1.0]]

    found = recognise(file_of({names[0]: tensor(down, dtype), names[1]: tensor(up, dtype)}))

    assert np.array_equal(_change(found), np.array(up) @ np.array(down))
    assert found.rank == 1


def test_alpha_over_rank_scales_the_change() -> None:
    plain = {
        f"{KOHYA}.lora_down.weight": tensor([[1.0], [1.0]]),
        f"{KOHYA}.lora_up.weight": tensor([[2.0, 2.0]]),
    }

    whole = recognise(file_of(plain))
    half = recognise(file_of({**plain, f"{KOHYA}.alpha": tensor(1.0)}))
    noted = recognise(file_of(plain, lora_adapter_metadata=json.dumps({"unet.lora_alpha": 1})))

    assert (_change(whole)[0, 0], _change(half)[0, 0], _change(noted)[0, 0]) == (4, 2, 2)


@pytest.mark.parametrize(
    ("tensors", "shape", "family"),
    [
        ({"emb_params": (4, 768)}, (4, 768), "sd15"),
        ({"emb_params": (2, 1024)}, (2, 1024), "sd21"),
        ({"clip_l": (2, 768), "clip_g": (2, 1280)}, (2, 768), "sdxl"),
        ({"<robin>": (96,)}, (1, 96), ""),
    ],
)
def test_embeddings_are_read(
    tensors: dict[str, tuple[int, ...]], shape: tuple[int, int], family: str
) -> None:
    found = recognise(file_of({name: tensor(np.ones(size)) for name, size in tensors.items()}))

    assert (found.method, found.family, found.rank) == ("textual_inversion", family, shape[0])
    assert read(found.weights).tensors["clip_l"].shape == shape


@pytest.mark.parametrize(
    ("name", "width", "family"),
    [
        (KOHYA, 768, "sd15"),
        (KOHYA, 1024, "sd21"),
        (KOHYA, 2048, "sdxl"),
        (KOHYA, 96, ""),
        ("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", 96, "sdxl"),
        ("lora_te2_text_model_encoder_layers_0_mlp_fc1", 96, "sdxl"),
        ("transformer.single_transformer_blocks.0.attn.to_k", 96, "flux"),
    ],
)
def test_families_are_told_by_names_and_widths(name: str, width: int, family: str) -> None:
    assert recognise(lora(name, inputs=width)).family == family


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        ({"modelspec.trigger_phrase": "ohwx woman"}, "ohwx woman"),
        ({"ss_tag_frequency": json.dumps({"20_sks man": {"hat": 3}})}, "sks man"),
        ({"ss_tag_frequency": "{"}, ""),
        ({"modelspec.trigger_phrase": "<b>\u202e" + "x" * 99}, "b" + "x" * 59),
    ],
)
def test_words_are_found_in_the_notes_of_other_tools(notes: dict[str, str], words: str) -> None:
    content = file_of({DOWN: tensor([[1.0]]), UP: tensor([[1.0]])}, **notes)

    assert recognise(content).words == words


# ── what is refused


def test_a_header_of_a_gigabyte_is_refused_from_its_first_bytes() -> None:
    assert _refused(files.gigabyte_header()).unfit == Unfit.HEADER_TOO_LARGE
    assert _refused(files.gigabyte_header()[:8]).unfit == Unfit.HEADER_TOO_LARGE


@pytest.mark.parametrize("content", [files.pickled(), files.torch_archive()])
def test_a_pickle_is_never_opened(content: bytes) -> None:
    assert _refused(content).unfit == Unfit.PICKLE
    assert files.sprung == []


def test_a_file_that_broke_off_is_refused() -> None:
    whole = lora()

    assert _refused(whole[:-1]).unfit == Unfit.TRUNCATED
    assert _refused(whole[:40]).unfit == Unfit.TRUNCATED


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e6])
def test_numbers_that_are_none_are_refused(wrong: float) -> None:
    refused = _refused(file_of({DOWN: tensor([[1.0]]), UP: tensor([[wrong]])}))

    assert (refused.unfit, refused.detail) == (Unfit.NOT_FINITE, UP)


def test_an_alpha_that_is_no_number_is_refused() -> None:
    content = file_of({DOWN: tensor([[1.0]]), UP: tensor([[1.0]]), f"{LAYER}.alpha": tensor(np.nan)})

    assert _refused(content).unfit == Unfit.NOT_FINITE


@pytest.mark.parametrize(
    ("content", "unfit"),
    [
        (headed({}), Unfit.NO_TENSORS),
        (headed({"__metadata__": {"a": "b"}}), Unfit.NO_TENSORS),
        (b"", Unfit.NOT_SAFETENSORS),
        (b"GGUF" + bytes(60), Unfit.NOT_SAFETENSORS),
        (headed(b"{nothing"), Unfit.DAMAGED_HEADER),
        (headed(b"{" * 5000), Unfit.DAMAGED_HEADER),
        (headed({"a": 1}), Unfit.DAMAGED_HEADER),
        (headed({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)), Unfit.DAMAGED_HEADER),
        (headed({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, bytes(8)), Unfit.DAMAGED_HEADER),
        (headed({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)), Unfit.DAMAGED_HEADER),
        (headed({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(9)), Unfit.DAMAGED_HEADER),
        (headed({"a": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)), Unfit.OTHER_NUMBERS),
        (file_of({f"{n}": tensor([1.0]) for n in range(MOST_TENSORS + 1)}), Unfit.TOO_MANY_TENSORS),
        (file_of({"model.diffusion_model.x": tensor([1.0]), "b": tensor([1.0])}), Unfit.UNKNOWN_LAYOUT),
        (file_of({DOWN: tensor([[1.0]])}), Unfit.UNKNOWN_LAYOUT),
        (file_of({UP: tensor([[1.0]])}), Unfit.UNKNOWN_LAYOUT),
        (file_of({DOWN: tensor([[1.0]]), UP: tensor([[1.0, 1.0]])}), Unfit.UNKNOWN_LAYOUT),
        (file_of({DOWN: tensor(1.0), UP: tensor([[1.0]])}), Unfit.UNKNOWN_LAYOUT),
        (file_of({DOWN: tensor(np.ones((2000, 1))), UP: tensor(np.ones((1, 2000)))}), Unfit.UNKNOWN_LAYOUT),
        (file_of({f"{KOHYA}.hada_w1_a": tensor([[1.0]])}), Unfit.OTHER_KIND),
        (file_of({f"{KOHYA}.dora_scale": tensor([[1.0]])}), Unfit.OTHER_KIND),
        (lora("lora_unet_double_blocks_0_img_attn_norm"), Unfit.OTHER_FAMILY),
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_its_fault(content: bytes, unfit: Unfit) -> None:
    assert _refused(content).unfit == unfit


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_happens_to_a_file_it_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(lora())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))

    for each in (bytes(content), bytes(content[:cut])):
        with suppress(WeightsRefused):
            assert recognise(each).weights


def test_words_of_elsewhere_survive_both_ways() -> None:
    about = replace(ABOUT, instance_token="", learnt_words="ohwx person")

    assert recognise(export(ROBIN.read_bytes(), about)).words == "ohwx person"


def test_an_exported_embedding_comes_back() -> None:
    ours = file_of({"clip_l": tensor(np.arange(6.0).reshape(2, 3), "F16")})

    found = recognise(
        export(ours, About("textual_inversion", "sd15", "pocket", "zarobi", "", "man", "Robin"))
    )

    assert (found.method, found.trigger) == ("textual_inversion", "zarobi")
    assert read(found.weights).tensors == read(ours).tensors
