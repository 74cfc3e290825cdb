"""[caption-recall] How much of what is on held-out people's photos the pocket captioner tells."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import weights
from benchmarks.people import share
from benchmarks.row import Row, bootstrap, row
from core.captioning.attributes import Attributes
from pocket.captions import attributes
from pocket.cast import PEOPLE
from pocket.drawing import draw
from pocket.people import make_person
from pocket.sayings import SAYINGS
from pocket.scenes import Scene, make_varied_scene

SIDE = 256  # pixels
PHOTOS, FULL_PHOTOS = 4, 12
FIRST_SCENE = 60_000_000  # far behind every scene that a training has met
LEAST_LIGHT = 0.7  # of a photo that would be accepted


@dataclass(frozen=True)
class Told:
    """One person: of every attribute of every photo whether it was told right; and what captions say of that."""

    right: Sequence[tuple[str, bool]]
    said: Sequence[bool]  # of what could be said, whether it is
    true: Sequence[bool]  # of what is said, whether it is so


def run(*, full: bool) -> list[Row]:
    """All 200 people, and three times as many photos of each where everything is asked for."""
    return measure(weights.attributes(), PEOPLE, FULL_PHOTOS if full else PHOTOS)


def measure(captioner: Attributes, people: Sequence[int], photos: int) -> list[Row]:
    """The row, of so many people and photos each."""
    told = [_told(captioner, seed, photos) for seed in people]
    by_attribute: Mapping[str, list[bool]] = defaultdict(list)
    for one in told:
        for name, is_right in one.right:
            by_attribute[name].append(is_right)
    worst = sorted(by_attribute, key=lambda name: share(by_attribute[name]))[:3]
    weakest = ", ".join(f"{name} {share(by_attribute[name]):.2f}" for name in worst)
    said = share([one for each in told for one in each.said])
    true = share([one for each in told for one in each.true])
    about = (
        f"the renderer's truth, {photos} photos each; captions say {said:.2f} of it, {true:.2f} of that is so"
    )
    return [
        row("caption-recall", _recall(told), "share", least=0.9, n=len(told), interval=bootstrap(told, _recall),
            peer=f"{about}; weakest: {weakest}")
    ]  # fmt: skip


def _told(captioner: Attributes, seed: int, photos: int) -> Told:
    person = make_person(seed)
    right: list[tuple[str, bool]] = []
    said: list[bool] = []
    true: list[bool] = []
    for scene in _scenes(FIRST_SCENE + seed * 1024, photos):
        truth = {"look": "photo", **attributes(person, scene)}
        pixels = draw(person, scene, SIDE).pixels
        found = captioner.of(pixels)
        right += [(name, found.get(name) == value) for name, value in truth.items()]
        caption = [part for part in captioner.caption(pixels, subject=False).split(", ") if part]
        parts = SAYINGS.said(truth, own=False)
        said += [part in caption for part in parts]
        true += [part in parts for part in caption]
    return Told(right, said, true)


def _scenes(first: int, count: int) -> Iterator[Scene]:
    """Scenes of photos that would be accepted."""
    for seed in range(first, first + 1024):
        scene = make_varied_scene(seed, 0.6, noise=0.0, blur=0.0)
        if count and scene.light >= LEAST_LIGHT:
            count -= 1
            yield scene


def _recall(told: Sequence[Told]) -> float:
    return share([is_right for one in told for _, is_right in one.right])
