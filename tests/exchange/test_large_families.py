"""The larger families: what a base learns leaves and comes back, and the base wears it."""

from pathlib import Path

import pytest
import torch

from core.artifacts import Adapter
from core.exchange.leaving import About, export
from core.exchange.reading import recognise
from core.exchange.tensors import read
from core.families import open_base
from tests.families.pocket_base import adapter_of
from tests.families.tiny import TINY


@pytest.mark.parametrize("name", TINY)
def test_a_lora_leaves_and_comes_back(name: str, tmp_path: Path) -> None:
    family = open_base(TINY[name](tmp_path), torch.device("cpu"))
    adapter = adapter_of(family, 3)

    content = export(adapter.weights, About("lora", name, "big", "zarobi", "sks", "man", "Robin"))
    found = recognise(content)

    assert (found.method, found.family, found.words) == ("lora", name, "sks man")
    assert read(found.weights).tensors == read(adapter.weights).tensors
    family.install("again", Adapter("lora", name, "big", found.weights))
