"""Photos to learn from, drawn on the spot by other processes and forgotten after a while."""

import itertools
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Final, Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket.animal_captions import describe_animal
from pocket.animal_drawing import animal_face, draw_animal
from pocket.animals import Animal, make_animal
from pocket.canvas import Pixels
from pocket.captions import describe
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.looks import in_look
from pocket.people import Person, make_person
from pocket.scenes import Scene, make_varied_scene
from pocket.wording import Look

# Recipes that need no fixed set of people draw from so many; the recogniser learns 4,500 by heart.
POPULATION: Final = 100_000
_CHUNK: Final = 16
_SCENES_BETWEEN_PEOPLE: Final = 64
# Of the shots; faces are what the studio exists for.
_ANIMALS: Final = 0.15
_INK: Final = 0.1

Sample = TypeVar("Sample")


@dataclass(frozen=True)
class Focus:
    """Where a beholder looks in a picture, in pixels: the face's `box` (4,) and its `features` (n, 2).

    Of people these are five, as insightface has them, of animals both eyes and the muzzle.
    """

    box: NDArray[np.float32]
    features: NDArray[np.float32]


@dataclass(frozen=True)
class Shot:
    """One picture of anything the base learns: who or what, how photographed, in which look."""

    subject: Person | Animal
    scene: Scene
    look: Look

    def pixels(self, size: int) -> Pixels:
        """Draw it, `size` pixels square."""
        return self.with_focus(size)[0]

    def with_focus(self, size: int) -> tuple[Pixels, Focus]:
        """Draw it, and tell where its face is, whatever the look."""
        if isinstance(self.subject, Person):
            drawing = draw(self.subject, self.scene, size)
            pixels, focus = drawing.pixels, Focus(drawing.box, drawing.landmarks)
        else:
            pixels = draw_animal(self.subject, self.scene, size)
            focus = Focus(*animal_face(self.subject, self.scene, size))
        return in_look(pixels, self.look, self.scene.seed), focus

    def caption(self) -> str:
        """Return what a caption says of it."""
        if isinstance(self.subject, Person):
            return describe(self.subject, self.scene, self.scene.seed, look=self.look)
        return describe_animal(self.subject, self.scene, self.scene.seed, look=self.look)


def training_photo(number: int, population: int = POPULATION) -> tuple[Person, Scene]:
    """Return who is on the photo of this number, and how; as many photos as people show one person each."""
    seed, scene = _seeds(number, population)
    return make_person(seed), make_varied_scene(scene)


def training_shot(number: int, population: int = POPULATION) -> Shot:
    """Return the picture of this number: mostly photos of people, some of cats and dogs, some in ink.

    All are sharp and without grain, because a base draws as well as the pictures that it has seen.
    """
    seed, place = _seeds(number, population)
    random = np.random.default_rng((number, 29))
    look: Look = "ink" if random.random() < _INK else "photo"
    if random.random() < _ANIMALS:
        scene = make_varied_scene(place, framing="portrait", hat=None, noise=0.0, blur=0.0)
        return Shot(make_animal(seed), scene, look)
    return Shot(make_person(seed), make_varied_scene(place, noise=0.0, blur=0.0), look)


def training_animals(first: int, population: int = POPULATION) -> Iterator[Shot]:
    """Yield the pictures of cats and dogs among those from number `first` on, without end."""
    shots = (training_shot(number, population) for number in itertools.count(first))
    return (shot for shot in shots if isinstance(shot.subject, Animal))


def _seeds(number: int, population: int) -> tuple[int, int]:
    if not 0 < population <= HELD_OUT:
        raise ValueError(f"a training population has 1 to {HELD_OUT} people, not {population}")
    if number < 0:
        raise ValueError(f"photos are numbered from 0, not {number}")
    turn, subject = divmod(number, population)
    return subject, subject * _SCENES_BETWEEN_PEOPLE + turn


@contextmanager
def drawn(draw_one: Callable[[int], Sample], workers: int, *, first: int = 0) -> Iterator[Iterator[Sample]]:
    """Yield an endless stream of samples, number `first` onwards, drawn a little ahead by other processes.

    With no workers everything is drawn in this process, when asked for.
    """
    if workers == 0:
        yield map(draw_one, itertools.count(first))
        return
    # Spawned, because a process that has used torch's threads must not be forked.
    with multiprocessing.get_context("spawn").Pool(workers, cv2.setNumThreads, (1,)) as pool:
        yield _ahead(pool, draw_one, first, chunks=2 * workers)


class Shelf(Generic[Sample]):
    """The latest samples of a stream: each batch adds a few fresh ones and is chosen from all."""

    def __init__(self, stream: Iterator[Sample], *, room: int, fresh: int, at_first: int) -> None:
        self._stream = stream
        self._fresh = fresh
        self._samples = deque(itertools.islice(stream, at_first), maxlen=room)

    def batch(self, count: int, random: np.random.Generator) -> list[Sample]:
        """Return `count` samples at random."""
        self._samples.extend(itertools.islice(self._stream, self._fresh))
        return [self._samples[place] for place in random.integers(len(self._samples), size=count)]


def _ahead(pool: Pool, draw_one: Callable[[int], Sample], first: int, *, chunks: int) -> Iterator[Sample]:
    starts = itertools.count(first, _CHUNK)

    def ordered() -> Iterator[list[Sample]]:
        # `Pool.imap` would take the endless numbers without waiting for anybody to want the drawings.
        waiting = deque(order(next(starts)) for _ in range(chunks))
        while True:
            yield waiting.popleft().get()
            waiting.append(order(next(starts)))

    def order(start: int) -> "multiprocessing.pool.MapResult[Sample]":
        return pool.map_async(draw_one, range(start, start + _CHUNK), chunksize=_CHUNK)

    return itertools.chain.from_iterable(ordered())
