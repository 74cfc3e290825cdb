"""[likeness-ratio] [likeness-rank] [likeness-gain] [candidates-per-delivered] [train-seconds] Whole profiles.

Held-out people are learnt and drawn by the product's own path, from a conversation on, and graded by a recogniser
that the product does not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks import weights
from benchmarks.bench_studio import PHOTOS, Bench
from benchmarks.people import ENROLMENT_SCENES, adults, face_of, faces_of, likenesses, share
from benchmarks.profiles import profiles
from benchmarks.row import Row, bootstrap, median_interval, row
from core.artifacts import Embedding, Pixels
from core.curation import centre_crop, crop, measure
from core.curation.fingerprints import same_photos
from core.faces import FacePack, leave_one_out, similarity
from core.families.family import usual_request
from core.generation import class_prompt
from core.prompts import encode_trigger
from core.storage.tables import Profile
from pocket.cast import PEOPLE, photos_of

COUNT, FULL_COUNT = 6, 20
ENROLLED_WITH = 4  # photos each
WORDS = "smiling, blue background"
UNTRAINED = 8  # pictures


@dataclass(frozen=True)
class Outcome:
    """One person: what was made and delivered, and how like them that is.

    `delivered` are similarities by the grader, 0 for near-copies of a photo; `own` is what the photos reach among
    themselves, `first` says of each delivered picture whether no other person is more like it.
    """

    seconds: float
    made: int
    delivered: list[float]
    own: float
    first: list[bool]
    untrained: float
    copies: int

    @property
    def ratio(self) -> float:
        """The median of what was delivered as a share of what the photos reach; 0 if nothing was."""
        return median(self.delivered) / self.own if self.delivered else 0.0

    @property
    def gain(self) -> float:
        """How much more like the person the median picture is than what the base draws without training."""
        return (median(self.delivered) if self.delivered else 0.0) - self.untrained


def run(*, full: bool) -> list[Row]:
    """Learn and draw some people of the cast, or twenty."""
    grader = weights.grader()
    with profiles() as studio:
        enrolled = enrolment(grader, PEOPLE, ENROLLED_WITH)
        people = adults(FULL_COUNT if full else COUNT)
        outcomes = [learnt_and_drawn(studio, grader, seed, enrolled) for seed in people]
    return rows(outcomes)


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """The five figures of what became of these people."""
    people, seconds = len(outcomes), [one.seconds for one in outcomes]
    ratios, gains = [one.ratio for one in outcomes], [one.gain for one in outcomes]
    first = [one for each in outcomes for one in each.first]
    copies = sum(one.copies for one in outcomes)
    return [
        row("train-seconds", median(seconds), "s", most=240, n=people,
            peer=f"{PHOTOS} photos", interval=median_interval(seconds)),
        row("likeness-ratio", median(ratios), "ratio", least=0.90, n=people, interval=median_interval(ratios),
            peer=f"the photos' leave-one-out, second recogniser; {copies} near-copies"),
        row("likeness-rank", share(first), "share", least=0.95, n=len(first),
            interval=bootstrap(outcomes, _first), peer=f"among {len(PEOPLE)} enrolled"),
        row("likeness-gain", median(gains), "cosine", least=0.30, n=people,
            peer="the untrained base, same prompt, second recogniser", interval=median_interval(gains)),
        row("candidates-per-delivered", _effort(outcomes), "pictures", most=2, n=people,
            interval=bootstrap(outcomes, _effort)),
    ]  # fmt: skip


def enrolment(pack: FacePack, people: Sequence[int], photos: int) -> dict[int, list[Embedding]]:
    """The faces that each person is known by, from photos that nobody learns from."""
    return {
        seed: faces_of(
            pack, [photo.pixels for photo in photos_of(seed, photos, 256, first_scene=ENROLMENT_SCENES)]
        )
        for seed in people
    }


def learnt_and_drawn(
    studio: Bench, grader: FacePack, seed: int, enrolled: dict[int, list[Embedding]]
) -> Outcome:
    """Learn a person, ask for four pictures, grade what comes."""
    profile = studio.learn(seed)
    photos = studio.photos(seed)
    known = faces_of(grader, photos)
    pictures = studio.draw(profile, WORDS)
    delivered = [studio.pixels(profile, one) for one in pictures if not one.dropped]
    likes, copies = graded(grader, delivered, photos, studio.workshop.family().size)
    outcome = Outcome(
        seconds=studio.version(profile).seconds,
        made=len(pictures),
        delivered=likes,
        own=float(np.mean(leave_one_out(known))),
        first=[is_first(grader, pixels, seed, enrolled) for pixels in delivered],
        untrained=median(likenesses(grader, untrained(studio, profile, UNTRAINED), known)),
        copies=copies,
    )
    print(
        f"  {seed}: {outcome.seconds:.0f} s, {outcome.untrained:.2f} -> {outcome.ratio:.2f} of own",
        flush=True,
    )
    return outcome


def graded(
    grader: FacePack, pictures: Sequence[Pixels], photos: Sequence[Pixels], side: int
) -> tuple[list[float], int]:
    """Each picture's likeness to the person of these photos, 0 for a near-copy of one, and how many are copies.

    `side` is the size, in pixels, at which photos are trained on.
    """
    seen = [as_seen(grader, photo, side) for photo in photos]
    copied = [near_copy(pixels, seen) for pixels in pictures]
    likes = likenesses(grader, pictures, faces_of(grader, photos))
    return [0.0 if copy else like for copy, like in zip(copied, likes, strict=True)], sum(copied)


def untrained(studio: Bench, profile: Profile, count: int) -> list[Pixels]:
    """What the base answers to the profile's prompt before any training."""
    family = studio.workshop.family()
    word = studio.words(profile)["class_word"]
    prompt = encode_trigger(
        f"{class_prompt('one')}, {WORDS}", "one", f"{family.base.instance_tokens[0]} {word}"
    )
    return family.draw(usual_request(family, prompt), range(1, count + 1))


def as_seen(pack: FacePack, photo: Pixels, side: int) -> Pixels:
    """A photo as training sees it: the square around its face."""
    faces = pack.faces_in(photo)
    return crop(photo, faces[0], side) if faces else centre_crop(photo, side)


def near_copy(pixels: Pixels, seen: Sequence[Pixels]) -> bool:
    """Whether a picture is one of the photos again, by the product's own search for duplicates."""
    every = [measure(one, None, pixels.shape[0]) for one in (pixels, *seen)]
    pairs = same_photos([one.print for one in every])
    return any(0 in pair for pair in pairs)


def is_first(pack: FacePack, pixels: Pixels, seed: int, enrolled: dict[int, list[Embedding]]) -> bool:
    """Whether nobody who is enrolled is more like the picture than its subject."""
    face = face_of(pack, pixels)
    if face is None or not enrolled.get(seed):
        return False
    likes = {person: similarity(face, photos) for person, photos in enrolled.items() if photos}
    return max(likes, key=likes.__getitem__) == seed


def _first(outcomes: Sequence[Outcome]) -> float:
    return share([one for each in outcomes for one in each.first])


def _effort(outcomes: Sequence[Outcome]) -> float:
    return sum(one.made for one in outcomes) / max(sum(len(one.delivered) for one in outcomes), 1)
