"""Nobody is learnt twice: what a benchmark has learnt the next one finds."""

from pathlib import Path

import pytest
from sqlmodel import select

from benchmarks import profiles as kept, weights
from benchmarks.people import adults
from benchmarks.profiles import key_of, profiles
from core.families.catalogue import read
from core.storage.database import reading, writing
from core.storage.tables import ProfileState, Work, WorkKind, WorkState
from core.storage.work import claim
from tests.jobs.workplace import write_models


def test_a_training_in_which_a_process_was_killed_goes_on_in_the_next_and_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = write_models(tmp_path, lowest_floor=-1.0, steps=1, class_images=2)
    [seed] = adults(1)
    with profiles(models, tmp_path / "profiles", photo_size=256) as studio:
        work = studio.work

        def killed_in_training() -> None:
            with writing(studio.studio.engine) as session:
                learn = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).first()
                claimed = learn and claim(session, learn.id or 0, learn.turn, "killed")
            if claimed:
                raise KeyboardInterrupt
            work()

        monkeypatch.setattr(studio, "work", killed_in_training)
        with pytest.raises(KeyboardInterrupt):
            studio.learn(seed)

    with profiles(models, tmp_path / "profiles", photo_size=256) as studio:
        profile = studio.learn(seed)

        assert profile.state == ProfileState.TRAINED
        with reading(studio.studio.engine) as session:
            (only,) = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all()
        assert only.state == WorkState.SUCCEEDED
        trained_at = studio.version(profile).trained_at
        assert studio.version(studio.learn(seed)).trained_at == trained_at
        assert studio.draw(profile, "smiling --n 1")


def test_what_a_training_depends_on_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of(weights.MODELS)
    text = weights.MODELS.read_text()
    models = tmp_path / "models.toml"

    models.write_text(text.replace("\ngain = ", "\ngain = 1", 1))
    assert key_of(models) != before
    scorer = read(weights.MODELS).scorers["pocket"].sha256["scorer.json"]
    models.write_text(text.replace(scorer, "0" * len(scorer), 1))
    assert key_of(models) != before
    captioner = read(weights.MODELS).captioners["pocket"].sha256["attributes.onnx"]
    models.write_text(text.replace(captioner, "0" * len(captioner), 1))
    assert key_of(models) != before
    known = read(weights.MODELS).bases["pocket"].sha256["unet/diffusion_pytorch_model.safetensors"]
    models.write_text(text.replace(known, "0" * len(known), 1))
    assert key_of(models) != before
    models.write_text(text.replace('title = "Pocket"', 'title = "Drawn"', 1))
    assert key_of(models) == before

    monkeypatch.setattr(kept, "SOURCES", kept.SOURCES[1:])
    assert key_of(models) != before


def test_only_the_folders_that_were_used_last_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "lock").touch()
    (tmp_path / "somebody else's").mkdir()

    kept._forget_others(tmp_path, tmp_path / "0")

    left = {one.name for one in tmp_path.iterdir()}
    assert len(left) == kept.KEPT + 1
    assert {"0", "somebody else's"} <= left
