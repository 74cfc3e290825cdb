"""Captioners opened from their entries, of real classes at tiny sizes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    BlipProcessor,
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from core.artifacts import Pixels
from core.captioning.attributes import Attributes
from core.captioning.captioner import open_captioner
from core.errors import ModelUnusable
from core.families.catalogue import Captioner, sha256_of
from tests.captioning.telling import tell, tell_of_the_left

CPU = torch.device("cpu")
WORDS = [*"abcdefghij", "photo", "describe", "this", "park", "hat", "red", "in"]
PICTURE: Pixels = np.full((48, 64, 3), 90, np.uint8)


def entry(kind: str, folder: Path, **more: Any) -> Captioner:
    """An entry that vouches for everything in its folder."""
    found = {one.name: sha256_of(one) for one in folder.iterdir()}
    return Captioner("some", kind, folder, "MIT", found, **more)


def test_attributes_are_said_without_the_subject_unless_it_is_asked_for(tmp_path: Path) -> None:
    tell(tmp_path, {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"})

    captioner = open_captioner(entry("attributes", tmp_path), CPU)

    assert isinstance(captioner, Attributes)
    assert captioner.of(PICTURE) == {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"}
    assert captioner.caption(PICTURE, subject=False) == "a cap"
    assert captioner.caption(PICTURE, subject=True) == "a man, red hair and a cap, a cap"
    assert captioner.everything(PICTURE) == "a photo of a man, red hair and a cap, a cap"
    with pytest.raises(ValueError, match=r"\(8, 8\)"):
        captioner.of(np.zeros((8, 8), np.uint8))


def test_what_is_not_sure_is_not_said(tmp_path: Path) -> None:
    told = {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"}
    tell(tmp_path, told, unsure=frozenset({"hat"}))

    captioner = open_captioner(entry("attributes", tmp_path), CPU)

    assert captioner.caption(PICTURE, subject=False) == ""
    assert captioner.caption(PICTURE, subject=True) == "a man, red hair"
    assert isinstance(captioner, Attributes)
    assert captioner.of(PICTURE) == told


def test_a_picture_and_its_mirror_image_are_told_alike(tmp_path: Path) -> None:
    tell_of_the_left(tmp_path)
    captioner = open_captioner(entry("attributes", tmp_path), CPU)
    assert isinstance(captioner, Attributes)
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, :4] = 255
    picture[:, 4:] = 60  # less dark than the other half is bright

    assert captioner.of(picture)["hat"] == "cap"
    assert captioner.of(np.ascontiguousarray(picture[:, ::-1]))["hat"] == "cap"


def test_attributes_without_their_words_are_refused(tmp_path: Path) -> None:
    tell(tmp_path, {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"})
    (tmp_path / "attributes.json").write_text(json.dumps({"heads": {}}))

    with pytest.raises(ModelUnusable, match="lack"):
        open_captioner(entry("attributes", tmp_path), CPU)


def test_a_blip_of_transformers_captions(tmp_path: Path) -> None:
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *WORDS]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(known)})
    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = BlipConfig(
        text_config={
            **tiny, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "encoder_hidden_size": 16,
            "bos_token_id": 5, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0,
        },
        vision_config={**tiny, "image_size": 32, "patch_size": 16},
        projection_dim=16, image_text_hidden_size=16,
    )  # fmt: skip
    BlipForConditionalGeneration(config).save_pretrained(tmp_path)
    images = BlipImageProcessor(size={"height": 32, "width": 32})
    BlipProcessor(images, tokenizer).save_pretrained(tmp_path)

    captioner = open_captioner(entry("blip", tmp_path), CPU)

    said = captioner.caption(PICTURE, subject=True)
    assert set(said.split()) <= {*WORDS, "[DEC]"}
    assert captioner.caption(PICTURE, subject=True) == said


def vision_language_model(folder: Path, template: str) -> None:
    """A Llava of one layer each."""
    tokens = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["[UNK]", "<pad>", "<s>", "</s>", "<image>"]
    tokens.train_from_iterator(WORDS, trainers.WordLevelTrainer(special_tokens=special))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tokens, unk_token="[UNK]", pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**tiny, image_size=32, patch_size=16),
        text_config=LlamaConfig(
            **tiny, vocab_size=len(tokenizer), max_position_embeddings=256, num_key_value_heads=2
        ),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    LlavaProcessor(
        images, tokenizer, patch_size=16, vision_feature_select_strategy="default",
        chat_template=template or None, num_additional_image_tokens=1,
    ).save_pretrained(folder)  # fmt: skip


TEMPLATE = (
    "{% for message in messages %}{% for content in message['content'] %}"
    "{% if content['type'] == 'image' %}<image> {% else %}{{ content['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}"
)


def test_a_vision_language_model_of_transformers_is_asked_in_its_own_template(tmp_path: Path) -> None:
    vision_language_model(tmp_path, TEMPLATE)

    captioner = open_captioner(entry("vlm", tmp_path, prompt="describe this photo"), CPU)

    said = captioner.caption(PICTURE, subject=True)
    assert set(said.split()) <= {*WORDS, "[UNK]"}
    assert captioner.caption(PICTURE, subject=True) == said
    assert isinstance(captioner.caption(PICTURE, subject=False), str)


def test_a_model_that_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    vision_language_model(tmp_path, "")

    with pytest.raises(ModelUnusable, match="chat template"):
        open_captioner(entry("vlm", tmp_path), CPU)


@pytest.mark.parametrize("kind", ["blip", "vlm"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "config.json").write_text("{}")

    with pytest.raises(ModelUnusable):
        open_captioner(entry(kind, tmp_path), CPU)


def test_a_captioner_of_no_kind_names_those_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    with pytest.raises(ModelUnusable, match="attributes, blip, vlm"):
        open_captioner(entry("oracle", tmp_path), CPU)
