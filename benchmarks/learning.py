"""[train-seconds] [likeness-gain] [class-drift-gap] Whole profiles of held-out people, by the product's own path."""

import json
from statistics import mean, median

import numpy as np

from benchmarks.bench_studio import PHOTOS, Bench, bench
from benchmarks.row import Row, median_interval, row
from core.artifacts import Embedding
from core.faces import similarity
from core.families.family import usual_request
from core.generation import class_prompt
from core.storage.tables import Profile
from pocket.cast import HELD_OUT
from pocket.people import make_person

PEOPLE, FULL_PEOPLE = 3, 10
DRIFT_PEOPLE, FULL_DRIFT_PEOPLE = 1, 3
PICTURES = 8


def adults(count: int) -> list[int]:
    """The first grown-up people of the held-out seeds; children are not learnt by default."""
    seeds = range(HELD_OUT, HELD_OUT + 10 * count + 10)
    return [seed for seed in seeds if make_person(seed).kind in ("man", "woman")][:count]


def run(*, full: bool) -> list[Row]:
    """Learn and draw people; for some of them once more without prior preservation."""
    people = adults(FULL_PEOPLE if full else PEOPLE)
    drifting = people[: FULL_DRIFT_PEOPLE if full else DRIFT_PEOPLE]
    seconds, gains, gaps, made, delivered = [], [], [], 0, 0
    with bench() as studio:
        for seed in people:
            user = str(seed)
            profile = studio.learn(seed, user=user)
            seconds.append(studio.version(profile).seconds)
            pictures = studio.draw(profile, user, "smiling, blue background")
            likenesses = [one.similarity or 0.0 for one in pictures if not one.dropped]
            before = median(_untrained(studio, profile))
            gains.append((median(likenesses) if likenesses else 0.0) - before)
            made, delivered = made + len(pictures), delivered + len(likenesses)
            print(f"  {seed}: {seconds[-1]:.0f} s, {before:.2f} -> {gains[-1] + before:.2f}", flush=True)
            if seed in drifting:
                without = studio.learn(seed, {"prior_batch": 0}, user=f"{seed} without prior")
                gaps.append(_class_likeness(studio, without) - _class_likeness(studio, profile))
                print(f"  {seed}: class drift without minus with prior {gaps[-1]:.2f}", flush=True)
    return [
        row("train-seconds", median(seconds), "s", most=240, n=len(seconds),
            peer=f"{PHOTOS} photos", interval=median_interval(seconds)),
        row("likeness-gain", median(gains), "cosine", least=0.30, n=len(gains),
            peer="the untrained base, same prompt", interval=median_interval(gains)),
        row("class-drift-gap", mean(gaps), "cosine", least=0.20, n=len(gaps), peer="without prior preservation"),
        row("candidates-per-delivered", made / max(delivered, 1), "pictures", n=len(people)),
    ]  # fmt: skip


def _photos(studio: Bench, profile: Profile) -> tuple[Embedding, ...]:
    return studio.workshop.template(profile, studio.version(profile))


def _likenesses(studio: Bench, pictures: list[np.ndarray], photos: tuple[Embedding, ...]) -> list[float]:
    """Each picture's similarity; 0 without a face."""
    found = [studio.workshop.pack().faces_in(pixels) for pixels in pictures]
    return [similarity(faces[0].embedding, photos) if faces else 0.0 for faces in found]


def _untrained(studio: Bench, profile: Profile) -> list[float]:
    """What the base answers to the instance's prompt before any training."""
    family = studio.workshop.family()
    prompt = f"a photo of a {family.base.instance_tokens[0]} {_word(studio, profile)}"
    pictures = family.draw(usual_request(family, prompt), range(1, PICTURES + 1))
    return _likenesses(studio, pictures, _photos(studio, profile))


def _class_likeness(studio: Bench, profile: Profile) -> float:
    """How like the subject the plain class has become under the profile's adapter."""
    family = studio.workshop.family()
    name = studio.workshop.wear(profile, studio.version(profile))
    request = usual_request(family, class_prompt(_word(studio, profile)), {name: 1.0})
    pictures = family.draw(request, range(1, PICTURES + 1))
    return mean(_likenesses(studio, pictures, _photos(studio, profile)))


def _word(studio: Bench, profile: Profile) -> str:
    place = f"profile-{profile.handle}"
    words = studio.studio.unseal(place, profile.sealed, place)
    return str(json.loads(json.dumps(words))["class_word"])
