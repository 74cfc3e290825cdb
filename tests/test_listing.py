"""What the doctor says of listed models: there, missing with the command that gets them, altered, not vouched for."""

from hashlib import sha256
from pathlib import Path

import pytest

from core import doctor
from core.listing import Listed, listed
from core.settings import Settings

ROOT = Path(__file__).parents[1]
ENTRY = """
[bases.big]
family = "sdxl"
path = "models/big"
hub = "somebody/big"
revision = "0123abcd"
licence = "MIT"
content = "photographic"
look = "realistic"
[bases.big.sha256]
"""
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


def one(folder: Path, vouched: str = "") -> Listed:
    (folder / "models.toml").write_text(ENTRY + vouched)
    return next(listed(folder / "models.toml"))


def placed(folder: Path, content: bytes = b"weights") -> str:
    file = folder / "models/big" / WEIGHTS
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return f'"{WEIGHTS}" = "{sha256(b"weights").hexdigest()}"'


def test_a_missing_model_is_told_with_the_command_that_gets_it(tmp_path: Path) -> None:
    fault = one(tmp_path).fault()

    assert fault.startswith("is missing; get it with: hf download somebody/big --revision 0123abcd")
    assert f"--local-dir {tmp_path / 'models/big'}" in fault


def test_a_model_that_nobody_vouched_for_is_told_with_the_lines_that_do(tmp_path: Path) -> None:
    vouched = placed(tmp_path)

    fault = one(tmp_path).fault()

    assert "is not vouched for" in fault
    assert fault.endswith(f"[bases.big.sha256]\n{vouched}")
    assert one(tmp_path, vouched).fault() == ""


def test_an_altered_model_is_told_with_both_sums(tmp_path: Path) -> None:
    vouched = placed(tmp_path, b"altered")

    fault = one(tmp_path, vouched).fault()

    assert f"is not the configured one: {WEIGHTS} has the sha256 {sha256(b'altered').hexdigest()}" in fault


def test_a_model_without_one_of_its_files_is_told_so(tmp_path: Path) -> None:
    vouched = placed(tmp_path)
    (tmp_path / "models/big" / WEIGHTS).unlink()

    assert f"lacks {WEIGHTS}" in one(tmp_path, vouched).fault()


def test_the_doctor_tells_of_every_listed_model_and_shipped_ones_are_well() -> None:
    told = {
        sentence.split(" (")[0]: (well, sentence)
        for well, sentence in doctor.models(Settings(models_file=ROOT / "models.toml"))
    }

    assert told["base pocket"][0]
    assert told["pack pocket"][0]
    assert "hf download stabilityai/stable-diffusion-xl-base-1.0 --revision" in told["base sdxl"][1]
    assert {name for name, (well, _) in told.items() if not well} >= {"base flux-dev", "base sd15"}


def test_an_unknown_word_is_answered_with_how_to_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["doctor", "everything"])

    assert doctor.main() == 2
    assert "python -m core.doctor [models]" in capsys.readouterr().err
