"""`python -m benchmarks.set_pictures`: the contact sheet, the report card and the crops of a drawn set, into `docs`."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from benchmarks import weights
from core.artifacts import Pixels, Verdict
from core.assessment.fidelity import Fidelity
from core.curation import Measured, choose, cut, judge, measure, report_card, training_frame
from core.generation import class_prompt
from core.report_picture import draw_card
from core.sheets import contact_sheet, sheet, thumbnail
from core.subjects import LORA, PHOTOS
from pocket import faults
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.people import make_person
from pocket.scenes import Scene, make_scene, make_varied_scene

DOCS: Final = Path("docs")
SIDE, SHOWN = 640, 256  # pixels: of a photo, of a crop as it is shown
_PERSON, _STRANGER, _FIRST_SCENE = HELD_OUT + 44, HELD_OUT + 25, 4_000
_GOOD: Final = 13


def main() -> None:
    """Draw a set as people have it, look at it as a worker does, and keep what people are shown."""
    photos = _photos()
    pack = weights.shipped_pack()
    size = 128
    scorer, text = weights.scorer(), class_prompt(make_person(_PERSON).kind)
    measured = [_recognised(photo, measure(photo, pack, size), size, scorer, text) for photo in photos]
    judgements = judge(measured, size, pack.thresholds)
    counts = PHOTOS[LORA]
    enough, most = counts.recommended
    chosen = choose(judgements, measured, most=most, enough=enough)
    card = report_card(
        measured,
        judgements,
        counted=chosen,
        same_person=pack.thresholds.same_person,
        least=counts.least,
        recommended=enough,
    ).card(counts.least, counts.recommended)
    small = [thumbnail(_encoded(photo), SHOWN) for photo in photos]
    numbers = [str(number) for number in range(1, len(photos) + 1)]
    used = [place in chosen for place in range(len(photos))]
    (DOCS / "contact-sheet.jpg").write_bytes(_smaller(contact_sheet(small, numbers, used)))
    (DOCS / "report-card.png").write_bytes(draw_card(card))
    frames = [
        (place, training_frame(measured[place].kept, measured[place].face, SHOWN, 0)) for place in chosen
    ]
    crops = [_encoded(cut(photos[place], frame)) for place, frame in frames]
    (DOCS / "crops.jpg").write_bytes(_smaller(sheet(crops, [numbers[place] for place, _ in frames])))
    for number, judgement in zip(numbers, judgements, strict=True):
        if judgement.verdict is not Verdict.ACCEPTED:
            print(f"photo {number}: {judgement.verdict}")
    print(card)


def _recognised(photo: Pixels, measured: Measured, size: int, scorer: Fidelity, text: str) -> Measured:
    part = cut(photo, training_frame(measured.kept, measured.face, size, 0))
    return replace(measured, said=text, recognised=scorer.score(part, text))


def _photos() -> list[Pixels]:
    """Thirteen good ones, one of them again, one out of focus, one in the dark, one of somebody else."""
    person = make_person(_PERSON)
    good = [draw(person, scene, SIDE).pixels for scene in _scenes()]
    spare = draw(person, make_scene(_FIRST_SCENE, 0.4, noise=0.0, blur=0.0), SIDE).pixels
    stranger = draw(
        make_person(_STRANGER), make_scene(_FIRST_SCENE + 1, 0.4, noise=0.0, blur=0.0), SIDE
    ).pixels
    odd = {3: good[6], 6: faults.blurred(spare, 1.4), 9: faults.too_dark(spare), 13: stranger}
    pictures = good[:]
    for place, picture in odd.items():
        pictures.insert(place, np.asarray(picture, np.uint8))
    return pictures


def _scenes() -> list[Scene]:
    calm = {"noise": 0.0, "blur": 0.0, "openness": 1.0, "hat": None}
    framings = ["portrait"] * 9 + ["half"] * 3 + ["portrait"]
    places = ["park", None, "room", None, "beach", None, "city", "snow", None, "room", "park", "desert", None]
    return [
        make_varied_scene(_FIRST_SCENE + 10 + number, 0.9, **calm, framing=framing, place=place)
        for number, (framing, place) in enumerate(zip(framings, places, strict=True))
    ]


def _encoded(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def _smaller(content: bytes) -> bytes:
    """A JPEG for a page."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail((1000, 1000), Image.Resampling.LANCZOS)
        picture.save(out, "JPEG", quality=86, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
