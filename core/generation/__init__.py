"""Generation: a request in, candidates out, before anybody has judged them."""

from collections.abc import Sequence
from hashlib import sha256

from core.artifacts import Candidate, Pixels
from core.families.family import DrawRequest, Family, class_request
from core.generation.request import checked
from core.subjects import STYLE


def generate(family: Family, request: DrawRequest, *, count: int, first_seed: int) -> list[Candidate]:
    """Draw candidates at successive seeds; raises PromptRefused if anything is out of bounds."""
    checked(family, request, count=count, first_seed=first_seed)
    seeds = range(first_seed, first_seed + count)
    return [Candidate(pixels, seed) for pixels, seed in zip(family.draw(request, seeds), seeds, strict=True)]


def class_images(family: Family, class_word: str, numbers: Sequence[int]) -> list[Pixels]:
    """Draw these of a class's images: each number is one picture, the same for everyone who asks for it."""
    request = class_request(family, class_prompt(class_word))
    return family.draw(request, class_image_seeds(class_word, numbers))


def class_image_seeds(class_word: str, numbers: Sequence[int]) -> list[int]:
    """The seeds of these of a class's images."""
    return [_seed_of(class_word, number) for number in numbers]


def class_prompt(class_word: str) -> str:
    """The prompt of a class, without any subject."""
    return "a picture" if class_word == STYLE else f"a photo of a {class_word}"


def _seed_of(class_word: str, number: int) -> int:
    """Give every image of every class a seed of its own, of 53 bits."""
    return int.from_bytes(sha256(f"{class_word} {number}".encode()).digest()[:8], "big") >> 11
