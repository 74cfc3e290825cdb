"""A profile as a file for other tools: to its owner, alone, and to nobody else."""

from pathlib import Path

import pytest
from sqlmodel import select

from core.conversation.language import LANGUAGES
from core.exchange.tensors import read
from core.storage.database import writing
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import Profile, ProfileState, Version
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import Seen
from tests.bots.dialogues.worker import teach

ROBIN = Path(__file__).parents[3] / "pocket/weights/samples/robin.safetensors"


def learnt(desk: Desk, person: Someone, name: str = "Ana summer", method: str = "lora") -> int:
    """A profile with weights that are some; its handle."""
    handle = teach(desk, person, name)
    with writing(desk.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.handle == handle)).one()
        profile.method = method
        version = session.get_one(Version, profile.version_id)
        version.weights = new_name(handle, "weights")
        key = desk.studio.keys.open(profile_key(handle))
        desk.studio.files.write(version.weights, ROBIN.read_bytes(), key)
    return handle


def file_of(seen: Seen) -> bytes:
    ((name, content),) = seen.files
    assert name == "ana-summer.safetensors"
    return content


def test_the_current_profile_comes_as_a_file_that_says_how_to_use_it(desk: Desk, ana: Someone) -> None:
    learnt(desk, ana)

    ana.command("export")

    seen = ana.sees("Ana summer: LoRA for SD 1.5, learnt on Pocket.")
    assert "Here its word is zanora; elsewhere write sks woman: sks is the instance token." in seen.words
    assert "A1111: put it into models/Lora/ and write <lora:ana-summer:1> in the prompt." in seen.words
    assert "ComfyUI: put it into models/loras/ and use the node Load LoRA." in seen.words
    assert seen.alone
    weights = read(file_of(seen))
    assert "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight" in weights.tensors
    assert weights.notes["likeness.trigger"] == "zanora"


def test_nothing_in_the_file_says_whose_it_is(desk: Desk, ana: Someone) -> None:
    handle = learnt(desk, ana)

    ana.command("export", "ANA SUMMER")

    content = file_of(ana.sees("Ana summer: LoRA"))
    assert str(handle).encode() not in content
    assert ana.user.encode() not in content.replace(b"ana-summer", b"")
    assert b"Ana summer" not in content


def test_of_several_profiles_one_is_chosen(desk: Desk, ana: Someone) -> None:
    learnt(desk, ana, "Ana winter")
    learnt(desk, ana)
    ana.command("profiles")
    ana.tap("Use Robin")

    ana.command("export")
    assert ana.sees("Which profile shall I hand you as a file?").labels == ["Ana winter", "Ana summer"]
    ana.tap("Ana summer")

    file_of(ana.sees("Ana summer: LoRA for SD 1.5"))


def test_what_cannot_leave_says_why(desk: Desk, ana: Someone) -> None:
    ana.command("export")
    ana.sees("You have no profile that could leave as a file yet: one of your own, trained.")
    ana.command("export", "Robin")
    ana.sees("Robin is the sample that comes with this studio. /new makes a profile of your own to export.")
    ana.command("export", "Zed")
    ana.sees('I know no profile "Zed" that you may use.')

    handle = learnt(desk, ana)
    with writing(desk.studio.engine) as session:
        session.exec(select(Profile).where(Profile.handle == handle)).one().consent = "withdrawn"
    ana.command("export")
    ana.sees("The consent for Ana summer is withdrawn, so it does not leave as a file.")
    with writing(desk.studio.engine) as session:
        session.exec(select(Profile).where(Profile.handle == handle)).one().state = ProfileState.FAILED
        session.exec(select(Profile).where(Profile.handle == handle)).one().consent = "self"
    ana.command("export")
    ana.sees("Ana summer is not trained (failed), so there is no file yet.")


def test_a_faceid_profile_is_refused_in_the_words_of_the_interface(desk: Desk, ana: Someone) -> None:
    learnt(desk, ana, method="faceid")

    ana.command("export")

    seen = ana.sees("model_type=faceid is not supported. Use a checkpoint instead\n")
    assert "face embeddings are not a model" in seen.words
    assert not seen.files


def test_a_base_that_is_not_configured_any_more_is_named(desk: Desk, ana: Someone) -> None:
    handle = learnt(desk, ana)
    with writing(desk.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.handle == handle)).one()
        session.get_one(Version, profile.version_id).base = "gone"

    ana.command("export")

    ana.sees("Ana summer was learnt on gone, which this studio's configuration does not name any more")


def test_in_a_group_it_is_handed_to_the_owner_alone(desk: Desk, ana: Someone) -> None:
    ben = desk.person("Ben")
    learnt(desk, ana)
    place = desk.group("Friday people", ana, ben)
    there, ben = ana.at(place), ben.at(place)
    there.command("share")
    there.tap("Share")

    there.command("export")
    seen = there.sees("Ana summer: LoRA")
    assert seen.alone
    file_of(seen)
    assert not [one for one in ben.fresh() if one.files]

    ben.command("export", "Ana summer")
    assert not [one for one in ben.fresh() if one.files]
    # On Discord it is asked and answered outside of the server, so what is shared there is not known.
    ben.sees("I know no profile" if desk.panel else "Only its owner can export Ana summer.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_caption_fits_below_a_file_in_every_language(desk: Desk, ana: Someone, language: str) -> None:
    learnt(desk, ana)
    if language != "en":
        ana.command("language")
        ana.tap(LANGUAGES[language])

    ana.command("export")

    assert [seen for seen in ana.fresh() if seen.files and "zanora" in seen.words]
