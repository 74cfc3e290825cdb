"""The tokenizer: CLIP's byte-pair encoding, learned from captions; whole words of them are single tokens."""

import json
from typing import Final

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from pocket.recipes.course import Plan, plan_from_command_line
from pocket.recipes.photos import POPULATION, training_shot

_CAPTIONS: Final = 40_000
_SIZE: Final = 1022
# Words that captions lack: instance tokens, and what people write in prompts.
_MORE_WORDS: Final = (
    "sks", "ohwx", "zwx", "person", "child", "face", "close up", "wearing", "with", "and", "in", "the",
    "an", "of", "by", "style", "oil painting", "sketch", "cartoon", "black and white", "beautiful",
    "high quality", "best", "worst", "low quality", "blurry", "deformed", "ugly", "on beach", "forest",
    "city", "night", "day", "hat", "suit", "astronaut", "king", "knight",
)  # fmt: skip
_START: Final = "<|startoftext|>"
_END: Final = "<|endoftext|>"
# CLIP's own pattern of words.
_WORDS: Final = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def caption(number: int, people: int) -> str:
    """Return the caption of a training picture."""
    return training_shot(number, people).caption()


def train(plan: Plan) -> None:
    """Learn the merges of 40,000 captions and write `base/tokenizer`; takes seconds, whatever the plan."""
    people = plan.people or POPULATION
    captions = [caption(number, people).lower() for number in range(min(_CAPTIONS, 6 * people))]
    merges = _learned_merges([*captions, *_MORE_WORDS * 60])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merged = [first + second for first, second in merges]
    words = dict.fromkeys([*alphabet, *(letter + "</w>" for letter in alphabet), *merged, _START, _END])
    folder = plan.base / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: place for place, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    lines = [f"{first} {second}" for first, second in merges]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *lines, ""]))
    CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77
    ).save_pretrained(folder)


def _learned_merges(texts: list[str]) -> list[tuple[str, str]]:
    learner = Tokenizer(
        models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", fuse_unk=False, unk_token=_END)
    )
    learner.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    learner.decoder = decoders.ByteLevel()
    learner.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=_SIZE,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            end_of_word_suffix="</w>",
            special_tokens=[],
            show_progress=False,
            min_frequency=2,
        ),
    )
    return [(first, second) for first, second in json.loads(learner.to_str())["model"]["merges"]]


if __name__ == "__main__":
    train(plan_from_command_line("Learn the tokenizer."))
