"""The text encoder, taught before the UNet to reveal what a caption says.

A UNet and a text encoder that both begin from nothing learn to ignore the text; one that already tells
captions apart is listened to.
"""

from functools import partial
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from pocket.recipes.course import Course, Plan, plan_from_command_line, set_rate
from pocket.recipes.photos import POPULATION
from pocket.recipes.tokenizer import caption

WIDTH: Final = 96
LENGTH: Final = 77
_CAPTIONS: Final = 40_000
# Captions are shorter than this many tokens; what comes after the end token is padding.
_PADS_LOOKED_AT: Final = 50


def new_text_encoder(tokenizer: Any) -> Any:
    """Return an untrained text encoder with 0.3 million parameters."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=LENGTH,
            hidden_act="quick_gelu",
            projection_dim=WIDTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.eos_token_id,
        )
    )


def tokens(tokenizer: Any, texts: list[str]) -> Tensor:
    """Return texts as token numbers (count, 77)."""
    encoded = tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt")
    ids: Tensor = encoded.input_ids
    return ids


def phrases(text: str) -> set[str]:
    """Return what a caption says: its class word, its parts, and the colour, kind and cut within them."""
    opening, *parts = text.split(", ")
    said = {opening.split()[-1], *parts}
    for part in parts:
        words = part.split()
        if len(words) == 1:
            said.add(words[0])
        elif len(words) > 2:
            said |= {f"{words[0]} {words[-1]}", " ".join(words[1:])}
    return said


def train(plan: Plan) -> None:
    """Train within the plan and write `base/text_encoder`; needs `base/tokenizer`."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    encoder = new_text_encoder(tokenizer)
    people = plan.people or POPULATION
    captions = list(map(partial(caption, people=people), range(min(_CAPTIONS, 6 * people))))
    ids, said = tokens(tokenizer, captions), _said(captions)
    reveal = nn.Linear(WIDTH, said.shape[1])
    optimizer = torch.optim.AdamW([*encoder.parameters(), *reveal.parameters()], 3e-3, weight_decay=0.01)
    course = Course("text_encoder", plan, {"encoder": encoder, "reveal": reveal, "optimizer": optimizer})
    batch = plan.batch or 48
    for share in course:
        set_rate(optimizer, 3e-3 * min(1, (course.step + 1) / 30) * (1 - share))
        chosen = torch.from_numpy(course.random.integers(len(captions), size=batch))
        revealed = reveal(_looked_at(encoder, ids[chosen], tokenizer.eos_token_id, course.random))
        wanted = said[chosen][None].expand(2, -1, -1)
        # A caption says few of all phrases: count what it says eightfold.
        loss = functional.binary_cross_entropy_with_logits(revealed, wanted, pos_weight=torch.tensor(8.0))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        course.note(loss=loss.item())
    encoder.eval().half().save_pretrained(plan.base / "text_encoder")


def _said(captions: list[str]) -> Tensor:
    sets = [phrases(text) for text in captions]
    places = {phrase: place for place, phrase in enumerate(sorted(set().union(*sets)))}
    said = torch.zeros(len(captions), len(places))
    for row, spoken in enumerate(sets):
        said[row, [places[phrase] for phrase in spoken]] = 1
    return said


def _looked_at(encoder: Any, ids: Tensor, end: int, random: np.random.Generator) -> Tensor:
    """Return the states (2, batch, width) at each caption's end token and at some pad after it."""
    states = encoder(ids)[0]
    rows = torch.arange(len(ids))
    ends = (ids == end).int().argmax(1)
    later = torch.from_numpy(random.integers(_PADS_LOOKED_AT, size=len(ids)))
    return torch.stack([states[rows, (ends + later).clamp(max=LENGTH - 1)], states[rows, ends]])


if __name__ == "__main__":
    train(plan_from_command_line("Teach the text encoder."))
