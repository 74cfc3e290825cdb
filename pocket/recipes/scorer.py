"""The judge of prompts: does a picture show what a text says? Two towers that meet, as in CLIP (Radford et al., 2021).

Beside the other captions of its batch every picture has to tell its own from one in which a single word is wrong.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTokenizer

from pocket import palette
from pocket.animals import ANIMAL_KINDS, COATS, EARS, EYES
from pocket.canvas import Pixels
from pocket.people import HAIR_STYLES, KINDS
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.photos import POPULATION, Shelf, drawn, training_shot
from pocket.recipes.text_encoder import LENGTH, tokens
from pocket.recipes.trunk import SEEN, SIDE, Trunk, as_input, softened
from pocket.scenes import EXPRESSIONS, HATS

_NUMBERS: Final = 128
_WORDS: Final = 96
_RATE: Final = 2e-3
_FRESH: Final = 16
# What a word may be mistaken for; the word after it decides which family a colour belongs to.
_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "kind": (*KINDS, *ANIMAL_KINDS),
    "hair": tuple(palette.HAIR),
    "style": HAIR_STYLES[1:],
    "thing": tuple(palette.THINGS),
    "glasses": ("round", "square"),
    "expression": EXPRESSIONS[1:],
    "hat": tuple(hat for hat in HATS if " " not in hat),
    "place": ("park", "beach", "city", "room", "mountains", "desert", "snow"),
    "coat": tuple(COATS),
    "ears": tuple(dict.fromkeys(shape for shapes in EARS.values() for shape in shapes)),
    "eyes": tuple(EYES),
    "length": ("half-length", "full-length"),
}
_BEARDS: Final = ("mustache", "goatee", "beard")

# A picture, what its caption says, and the caption with one word wrong.
Sample = tuple[Pixels, str, str]


class Scorer(nn.Module):
    """A tower for pictures, one for texts, and how sure to be of the angle between what they say."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.picture = PictureTower()
        self.text = TextTower(words)
        self.scale = nn.Parameter(torch.tensor(10.0))
        self.bias = nn.Parameter(torch.tensor(-5.0))

    def loss(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """Return the loss of pictures (batch, 128) and texts (2 batch, 128): first the true ones, then the wrong.

        Contrastive both ways; and the logistic loss by which a score is a chance: half of its weight lies on true
        captions, the other half on wrong words and on other pictures' captions.
        """
        count = len(pictures)
        logits = self.scale * pictures @ texts.T + self.bias
        right = torch.arange(count, device=logits.device)
        contrast = functional.cross_entropy(logits, right) + functional.cross_entropy(
            logits[:, :count].T, right
        )
        true, wrong = logits[right, right], logits[right, right + count]
        chances = (
            2 * functional.softplus(-true).mean()
            + functional.softplus(wrong).mean()
            + (functional.softplus(logits[:, :count]).sum() - functional.softplus(true).sum())
            / max(1, count * (count - 1))
        )
        return contrast + chances


class PictureTower(nn.Module):
    """The trunk and what it says, of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.numbers = nn.Sequential(nn.Linear(SEEN, SEEN), nn.PReLU(SEEN), nn.Linear(SEEN, _NUMBERS))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return what pictures (batch, 3, 128, 128) show (batch, 128)."""
        return functional.normalize(self.numbers(self.trunk(pictures)))


class TextTower(nn.Module):
    """Words in their neighbourhood: which colour is the hair's and which the shirt's."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, _WORDS)
        self.phrases = nn.Sequential(
            nn.Conv1d(_WORDS, 2 * _WORDS, 3, padding=1),
            nn.PReLU(2 * _WORDS),
            nn.Conv1d(2 * _WORDS, 2 * _WORDS, 3, padding=1),
            nn.PReLU(2 * _WORDS),
        )
        self.numbers = nn.Linear(2 * _WORDS, _NUMBERS)

    def forward(self, ids: Tensor) -> Tensor:
        """Return what texts say (batch, 128), given as token numbers (batch, 77)."""
        phrases = self.phrases(self.words(ids).transpose(1, 2))
        return functional.normalize(self.numbers(phrases.amax(2)))


def sample(number: int, people: int = POPULATION) -> Sample:
    """Return a training picture with its caption and a wrong one."""
    shot = training_shot(number, people)
    caption = shot.caption()
    return shot.pixels(SIDE), caption, with_a_wrong_word(caption, np.random.default_rng((number, 37)))


def with_a_wrong_word(caption: str, random: np.random.Generator) -> str:
    """Return the caption with one of its telling words replaced by another of its kind."""
    words = caption.split(" ")
    families = [_family(words, place) for place in range(len(words))]
    telling = [place for place, family in enumerate(families) if family]
    place = telling[random.integers(len(telling))]
    bare = words[place].rstrip(",")
    others = [word for word in families[place] if word != bare]
    words[place] = words[place].replace(bare, others[random.integers(len(others))])
    return " ".join(words)


def train(plan: Plan) -> None:
    """Train within the plan and write both towers and `judges/scorer.json`; needs `base/tokenizer`."""
    torch.manual_seed(0)
    tokenizer = _tokenizer(plan)
    scorer = Scorer(len(tokenizer)).to(plan.device)
    optimizer = torch.optim.AdamW(scorer.parameters(), _RATE, weight_decay=1e-2, fused=True)
    course = Course("scorer", plan, {"scorer": scorer, "optimizer": optimizer})
    batch = plan.batch or 64
    fresh = min(_FRESH, batch)
    draw_one = partial(sample, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=course.step * fresh) as stream:
        shelf = Shelf(stream, room=16_000, fresh=fresh, at_first=4 * batch)
        for share in course:
            set_rate(optimizer, one_cycle(share, _RATE))
            samples = shelf.batch(batch, course.random)
            pictures = softened(as_input([pixels for pixels, _, _ in samples]), course).to(plan.device)
            texts = [text for _, text, _ in samples] + [text for _, _, text in samples]
            with plan.half_precision():
                seen = scorer.picture(pictures)
            said = scorer.text(tokens(tokenizer, texts).to(plan.device))
            loss = scorer.loss(seen.float(), said)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            course.note(loss=loss.item())
    _write(plan, scorer.cpu())


def _family(words: Sequence[str], place: int) -> tuple[str, ...]:
    """Return the words that the one at this place may be mistaken for; none if it tells nothing."""
    word, after = words[place].rstrip(","), (words[place + 1 : place + 2] or [""])[0].rstrip(",")
    later = [other.rstrip(",") for other in words[place : place + 3]]
    if word in _BEARDS:
        return _BEARDS
    if word in _FAMILIES["hair"] and "hair" in later:
        return _FAMILIES["hair"]
    if after in {"ears", "eyes", "glasses"} and word in _FAMILIES[after]:
        return _FAMILIES[after]
    if word in _FAMILIES["style"] and after == "hair":
        return _FAMILIES["style"]
    for name in ("kind", "expression", "place", "hat", "length", "thing", "coat"):
        if word in _FAMILIES[name]:
            return _FAMILIES[name]
    return ()


def _tokenizer(plan: Plan) -> Any:
    folder = plan.base / "tokenizer"
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is missing: train pocket.recipes.tokenizer first")
    return CLIPTokenizer.from_pretrained(folder)


def _write(plan: Plan, scorer: Scorer) -> None:
    torch.save(scorer.state_dict(), plan.out / "scorer_alone.pt")
    folder = plan.out / "judges"
    dynamic = {"input.1": {0: "N"}, "said": {0: "N"}}
    picture = torch.zeros(1, 3, SIDE, SIDE)
    export_onnx(scorer.picture, picture, folder / "scorer_pictures.onnx", ["said"], dynamic)
    ids = torch.zeros(1, LENGTH, dtype=torch.int64)
    export_onnx(scorer.text, ids, folder / "scorer_texts.onnx", ["said"], dynamic)
    numbers = {"scale": scorer.scale.item(), "bias": scorer.bias.item()}
    (folder / "scorer.json").write_text(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    train(plan_from_command_line("Train the judge of prompts."))
