from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import ModelUnusable
from core.families import FAMILIES, catalogue, open_base
from core.families.flux import Flux
from core.families.schedulers import SCHEDULERS
from core.training.plan import Plan
from tests.families.pocket_base import MODELS

OWN = {"pocket", "pocket-ink"}  # what is in the repository
BASE = """
[bases.tiny]
title = "Tiny"
family = "sd15"
path = "tiny"
licence = "MIT"
content = "drawn"
look = "drawn"
steps = 20
cfg = 2.5
scheduler = "ddim"
instance_tokens = ["sks"]
class_images = 24
[bases.tiny.sha256]
"weights" = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
[bases.tiny.training]
"""


def written(folder: Path, text: str) -> catalogue.Base:
    (folder / "models.toml").write_text(text)
    (folder / "tiny").mkdir(exist_ok=True)
    (folder / "tiny" / "weights").write_bytes(b"test")
    return catalogue.read(folder / "models.toml").bases["tiny"]


def test_the_shipped_models_are_the_configured_ones() -> None:
    shipped = catalogue.read(MODELS)

    for name in OWN:
        catalogue.check(shipped.bases[name])
    for pack in shipped.packs.values():
        catalogue.check(pack)


@pytest.mark.parametrize("name", catalogue.read(MODELS).bases)
def test_the_shipped_training_defaults_make_a_plan(name: str) -> None:
    base = catalogue.read(MODELS).bases[name]

    for method in ("lora", *(("textual_inversion",) if base.family != "flux" else ())):
        assert Plan(**base.settings(method), method=method).steps == base.settings(method)["steps"]


def test_a_methods_own_table_goes_over_what_holds_for_all(tmp_path: Path) -> None:
    own = "steps = 300\nrank = 16\n[bases.tiny.training.textual_inversion]\nsteps = 500\n"

    base = written(tmp_path, BASE + own)

    assert base.settings("textual_inversion") == {"steps": 500, "rank": 16}
    assert base.settings("lora") == {"steps": 300, "rank": 16}


def test_every_listed_base_is_of_a_family_and_drawn_with_a_sampler_of_it() -> None:
    bases = catalogue.read(MODELS).bases

    assert {base.family for base in bases.values()} == FAMILIES.keys()
    for base in bases.values():
        samplers = Flux.samplers if base.family == "flux" else SCHEDULERS
        assert base.scheduler in samplers
        assert base.hub or base.name in OWN


@pytest.mark.parametrize("name", sorted(catalogue.read(MODELS).bases.keys() - OWN))
def test_a_base_that_is_only_listed_is_refused(name: str) -> None:
    listed = catalogue.read(MODELS).bases[name]

    with pytest.raises(ModelUnusable, match="safety judge"):
        catalogue.check(listed)
    with pytest.raises(ModelUnusable, match="there is no folder"):
        catalogue.check(replace(listed, content="drawn"))


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    assert written(tmp_path, BASE).path == tmp_path / "tiny"


def test_an_unaltered_model_is_accepted(tmp_path: Path) -> None:
    catalogue.check(written(tmp_path, BASE))


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    base = written(tmp_path, BASE)
    (base.path / "weights").write_bytes(b"tampered")

    with pytest.raises(ModelUnusable, match="weights has the sha256"):
        catalogue.check(base)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    base = written(tmp_path, BASE)
    (base.path / "weights").unlink()

    with pytest.raises(ModelUnusable, match=r"there is no file .*weights"):
        catalogue.check(base)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    base = replace(written(tmp_path, BASE), path=tmp_path / "nowhere")

    with pytest.raises(ModelUnusable, match=r"there is no folder .*nowhere"):
        catalogue.check(base)


def test_a_model_without_checksums_is_refused(tmp_path: Path) -> None:
    base = replace(written(tmp_path, BASE), sha256={})

    with pytest.raises(ModelUnusable, match="no sha256"):
        catalogue.check(base)


def test_a_base_that_may_show_real_people_is_refused_without_a_safety_judge(tmp_path: Path) -> None:
    base = written(tmp_path, BASE.replace('content = "drawn"', 'content = "photographic"'))

    with pytest.raises(ModelUnusable, match='"photographic" needs a safety judge'):
        catalogue.check(base)


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"tiny: .*licence"):
        written(tmp_path, BASE.replace('licence = "MIT"\n', ""))


def test_an_unknown_entry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"tiny: .*licens"):
        written(tmp_path, BASE.replace('licence = "MIT"', 'licence = "MIT"\nlicens = "MIT"'))


def test_a_base_draws_and_is_trained_like_another_where_it_does_not_say_otherwise(tmp_path: Path) -> None:
    other = """
    [bases.second]
    title = "Second"
    family = "sd15"
    path = "tiny"
    licence = "MIT"
    content = "drawn"
    look = "ink"
    like = "tiny"
    cfg = 4.0
    instance_tokens = ["sks"]
    sha256 = {}
    """
    first = written(tmp_path, BASE + "rank = 8\n" + other)

    second = catalogue.read(tmp_path / "models.toml").bases["second"]

    assert (second.steps, second.scheduler, second.class_images) == (20, "ddim", 24)
    assert second.settings("lora") == first.settings("lora") == {"rank": 8}
    assert (first.cfg, second.cfg) == (2.5, 4.0)
    assert not second.sha256


@pytest.mark.parametrize("like", ["tiny", "nobody"])
def test_a_base_may_only_be_like_one_that_says_all_itself(tmp_path: Path, like: str) -> None:
    with pytest.raises(ModelUnusable, match=f'tiny: .*"{like}"'):
        written(tmp_path, BASE.replace("steps = 20\n", f'like = "{like}"\n'))


def test_an_unknown_entry_of_how_a_class_is_drawn_is_named(tmp_path: Path) -> None:
    how = 'class_drawing = { steps = 20, cfg = 2.5, sampler = "ddim" }'

    with pytest.raises(ModelUnusable, match=r"tiny: .*sampler"):
        written(tmp_path, BASE.replace("class_images", f"{how}\nclass_images"))


@pytest.mark.parametrize(
    "how",
    ['scheduler = "dimm"', 'scheduler = "ddim"\nclass_drawing = { steps = 2, cfg = 1, scheduler = "dimm" }'],
)
def test_a_sampler_that_there_is_not_is_refused(tmp_path: Path, how: str) -> None:
    base = written(tmp_path, BASE.replace('scheduler = "ddim"', how))

    with pytest.raises(ModelUnusable, match='no sampler "dimm", only ddim'):
        open_base(base, torch.device("cpu"))


def test_an_unknown_family_is_refused(tmp_path: Path) -> None:
    base = written(tmp_path, BASE.replace('family = "sd15"', 'family = "sd99"'))

    with pytest.raises(ModelUnusable, match='no family "sd99"'):
        open_base(base, torch.device("cpu"))


def test_a_folder_that_is_no_base_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="tiny"):
        open_base(written(tmp_path, BASE), torch.device("cpu"))


def test_what_a_models_own_folder_lacks_is_its_rests(tmp_path: Path) -> None:
    rest = tmp_path / "rest"
    rest.mkdir()
    (rest / "shared").write_bytes(b"test")
    base = replace(written(tmp_path, BASE), rest=rest)
    both = replace(base, sha256={**base.sha256, "shared": base.sha256["weights"]})

    catalogue.check(both)
    (rest / "shared").write_bytes(b"tampered")

    with pytest.raises(ModelUnusable, match="shared has the sha256"):
        catalogue.check(both)


def test_the_rest_of_a_model_is_relative_to_the_configuration(tmp_path: Path) -> None:
    text = BASE.replace('path = "tiny"', 'path = "tiny"\nrest = "whole"')

    assert written(tmp_path, text).rest == tmp_path / "whole"


@pytest.mark.parametrize("part", ["faceid", "fast"])
def test_a_file_beside_the_base_is_checked_under_its_own_name(tmp_path: Path, part: str) -> None:
    weights = '"weights" = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'
    text = BASE.replace('path = "tiny"', f'path = "tiny"\n{part} = "beside"')
    (tmp_path / "beside").write_bytes(b"test")

    with pytest.raises(ModelUnusable, match=f"names no sha256 of its {part} file"):
        catalogue.check(written(tmp_path, text))
    base = written(tmp_path, text.replace(weights, weights + "\n" + weights.replace("weights", part)))
    catalogue.check(base)
    (tmp_path / "beside").write_bytes(b"tampered")

    with pytest.raises(ModelUnusable, match=f"{part} has the sha256"):
        catalogue.check(base)
    assert base.file(part) == tmp_path / "beside"
