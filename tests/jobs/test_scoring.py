"""Checkpoints that are scored by another pack than the one that filters, and by a judge of prompts (SPEC S5, T6)."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sqlmodel import select

from core.families.catalogue import sha256_of
from core.storage.database import reading
from core.storage.tables import Checkpoint
from pocket.recipes import scorer as recipe
from pocket.recipes.course import Plan
from tests.chat.people import Person
from tests.jobs.workplace import ROOT, confirm, newest_profile, version_of, workplace, write_models

BASE, FACES = ROOT / "pocket/weights/base", ROOT / "pocket/weights/faces"
SCORER = ("scorer_pictures.onnx", "scorer_texts.onnx", "scorer.json")


def models_with_judges(folder: Path) -> Path:
    """The tests' models with a second face pack, which is the first one again, and a scorer of one step."""
    file = write_models(folder)
    (folder / "base").mkdir()
    shutil.copytree(BASE / "tokenizer", folder / "base" / "tokenizer")
    recipe.train(Plan(folder, minutes=1, steps=1, workers=0, batch=4, people=20))
    judges = folder / "judges"
    sums = {name: sha256_of(judges / name) for name in SCORER}
    faces = {name: sha256_of(FACES / name) for name in ("detector.onnx", "recogniser.onnx")}
    entries = [
        "[packs.second]", f'path = "{FACES}"', 'licence = "MIT"', "[packs.second.sha256]",
        *(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in faces.items()),
        "[scorers.tiny]", 'kind = "towers"', f'path = "{judges}"', 'licence = "MIT"',
        f'tokenizer = "{BASE / "tokenizer"}"', "[scorers.tiny.sha256]",
        *(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in sums.items()),
    ]  # fmt: skip
    file.write_text("\n".join([file.read_text(), *entries, ""]))
    return file


def test_a_second_pack_and_a_scorer_judge_the_checkpoints(server: str, tmp_path: Path) -> None:
    models = models_with_judges(tmp_path)
    with workplace(tmp_path / "data", server, models, scoring_pack="second", scorer="tiny") as place:
        ana = Person(place.studio, "ana")
        confirm(place, ana)
        place.work()

        assert place.workshop.scoring_pack() is not place.workshop.pack()
        version = version_of(place.studio, newest_profile(place.studio))
        with reading(place.studio.engine) as session:
            found = session.exec(select(Checkpoint).where(Checkpoint.version_id == version.id)).all()
        assert len(found) == 3
        for one in found:
            assert one.fidelity is not None
            assert 0 <= one.fidelity <= 1
            assert one.similarity is not None
        assert version.quality is not None


def test_a_scorer_of_drawings_judges_no_photographs(server: str, tmp_path: Path) -> None:
    with workplace(tmp_path / "data", server, write_models(tmp_path)) as place:
        assert place.workshop.fidelity() is not None
        catalogue = place.workshop.catalogue
        photographic = {
            **catalogue.bases,
            "pocket": replace(catalogue.bases["pocket"], content="photographic"),
        }
        place.workshop.catalogue = replace(catalogue, bases=photographic)
        place.workshop._fidelity = None

        assert place.workshop.fidelity() is None
