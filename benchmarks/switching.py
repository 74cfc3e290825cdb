"""[switch-overhead] Time added to a picture by switching between 20 adapters, against drawing with one of them."""

import time
from statistics import median

import torch

from benchmarks.row import Row, row
from benchmarks.weights import models_file
from core.artifacts import Adapter
from core.families import open_base
from core.families.catalogue import read
from core.families.family import usual_request

ADAPTERS = 20
ROUNDS, FULL_ROUNDS = 20, 60


def run(*, full: bool) -> list[Row]:
    """Draw in turn with the same adapter and with the next of twenty."""
    torch.set_num_threads(1)
    with models_file() as models:
        base = read(models).bases["pocket"]
        family = open_base(base, torch.device("cpu"))
    for number in range(ADAPTERS):
        trainable = family.trainable(rank=16, alpha=16, seed=number)
        with torch.no_grad():
            chance = torch.Generator().manual_seed(number)
            trainable.flat.add_(torch.randn(trainable.flat.shape, generator=chance) * 0.01)
        weights = family.export(trainable, step=1).weights
        family.install(f"a{number}", Adapter("lora", base.family, base.name, weights))
    prompt = f"a photo of a {base.instance_tokens[0]} man"

    def seconds(adapter: str) -> float:
        request = usual_request(family, prompt, {adapter: 1.0})
        began = time.perf_counter()
        family.draw(request, [1])
        return time.perf_counter() - began

    same, switched = [], []
    for number in range(FULL_ROUNDS if full else ROUNDS):
        name = f"a{number % ADAPTERS}"
        switched.append(seconds(name))
        same.append(seconds(name))
    overhead = median(switched) / median(same) - 1
    return [row("switch-overhead", overhead * 100, "%", most=5, n=len(same), peer="the same adapter again")]
