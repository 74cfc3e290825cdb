"""A file of weights becomes a profile, by what somebody sends, reads and taps."""

from sqlmodel import select

from core.chat.arrivals import AT_ONCE
from core.exchange.leaving import About, export
from core.storage.database import reading
from core.storage.tables import Photo, Profile, ProfileState
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture
from tests.bots.dialogues.worker import draw, read_file
from tests.exchange import files
from tests.exchange.files import file_of, lora, tensor

ABOUT = About("lora", "sd15", "pocket", "zarobi", "sks", "woman", "ana")
LAYER = "unet.mid_block.attentions.0.proj_in"
OURS = file_of({f"{LAYER}.lora_A.weight": tensor([[1.0]]), f"{LAYER}.lora_B.weight": tensor([[1.0]])})


def test_a_file_is_taken_in_and_drawn(desk: Desk, ana: Someone) -> None:
    ana.command("start")
    ana.send_file("mine.safetensors", export(OURS, ABOUT))
    ana.sees("Looking at your file...")

    read_file(desk)
    found = ana.sees("LoRA for SD 1.5, rank 1.\nWhat does it draw?")
    assert {"woman", "man", "cat"} <= set(found.labels)
    ana.tap("woman")
    ana.sees("What shall we call this profile?")
    ana.write("Ana again")
    asked = ana.sees("Which words bring it up in a prompt?")
    assert "The file says: sks woman" in asked.words
    assert asked.labels[:2] == ["sks woman", "It needs none"]
    ana.tap("sks woman")
    assert ana.sees("Is this you, or someone who agreed?").labels[:3] == ["It's me", "They agreed", "Neither"]
    ana.tap("It's me")
    ready = ana.sees("Ana again · woman · LoRA for SD 1.5, rank 1 · zanora stands for: sks woman")
    assert (
        "It comes without photos, so there is no likeness check. It costs no training credit." in ready.words
    )
    ana.tap("Take it in")

    ana.sees("Ana again is taken in. Its word in prompts is zanora.")
    ana.tap("Draw Ana again")
    ana.sees("Drawing 4")
    draw(desk, [1, 2, 3, 4])
    assert ana.sees("").shades == {1, 2, 3, 4}
    ana.command("profiles")
    assert "> Ana again · woman · ready" in ana.sees("Ana again").words
    with reading(desk.studio.engine) as session:
        assert session.exec(select(Photo)).all() == []


def test_it_is_exported_again_as_any_other(desk: Desk, ana: Someone) -> None:
    test_a_file_is_taken_in_and_drawn(desk, ana)

    ana.command("export")

    seen = ana.sees("Ana again: LoRA for SD 1.5")
    assert "Here its word is zanora; elsewhere write sks woman.\n" in seen.words
    ((name, content),) = seen.files
    assert name == "ana-again.safetensors"
    assert b"lora_unet_mid_block_attentions_0_proj_in" in content


def test_it_cannot_be_trained_on_without_photos(desk: Desk, ana: Someone) -> None:
    test_a_file_is_taken_in_and_drawn(desk, ana)
    with reading(desk.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.sample == "")).one()

    ana.press(f"train-on:{profile.handle}")

    ana.sees("Ana again cannot be trained on: its photos are not kept.")


def test_it_is_shared_and_deleted_as_any_other(desk: Desk, ana: Someone) -> None:
    test_a_file_is_taken_in_and_drawn(desk, ana)
    there = ana.at(desk.group("Friday people", ana))

    there.command("share", "Ana again")
    there.tap("Share")
    there.sees("Ana again is shared with Friday people.")
    ana.command("delete", "Ana again")
    ana.tap("Delete for ever")
    ana.sees("Ana again is deleted.")


def test_words_are_written_where_the_file_names_none(desk: Desk, ana: Someone) -> None:
    ana.send_file("mine.safetensors", lora())
    read_file(desk)
    ana.tap("man")
    ana.write("Ben <3")
    ana.sees("A name needs a letter or digit, and none of")
    ana.write("Ben")
    ana.sees("The file does not say.")

    ana.write("ohwx (man:2)")
    ana.sees("Up to 60 letters, digits, blanks and , . ' - please")
    ana.write("ohwx man")
    ana.tap("They agreed")

    ana.sees("zanora stands for: ohwx man")


def test_without_consent_it_is_not_taken_in(desk: Desk, ana: Someone) -> None:
    ana.send_file("mine.safetensors", lora())
    read_file(desk)
    ana.tap("man")
    ana.write("Ben")
    ana.tap("It needs none")

    ana.tap("Neither")

    ana.sees("Then I must not learn this face.")
    with reading(desk.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.sample == "")).one()
    ana.press(f"take:{profile.handle}:yes")
    assert not [seen for seen in ana.fresh() if "is taken in" in seen.words]
    with reading(desk.studio.engine) as session:
        assert session.get_one(Profile, profile.id).state == ProfileState.DRAFT


def test_photos_do_not_go_into_a_draft_from_a_file(desk: Desk, ana: Someone) -> None:
    ana.send_file("mine.safetensors", lora())
    read_file(desk)

    ana.send(picture(1))

    ana.sees("You are taking in a file, which has no photos.")
    ana.command("cancel")
    ana.sees("Kept as a draft.")
    ana.command("new")
    ana.sees("What does it draw?")


def test_what_cannot_be_used_is_said_and_gone(desk: Desk, ana: Someone) -> None:
    ana.command("start")
    refusals = {
        files.gigabyte_header(): "That file's header claims 1073741824 bytes, and 8 MB are the most",
        files.pickled(): "That is a pickle with another name",
        lora(inputs=2048): "This is for SDXL, this studio draws with SD 1.5.",
        lora()[:-1]: "That file broke off on the way. Send it again.",
        lora(alpha=float("inf")): "That file holds numbers that are not finite",
        files.headed({}): "There are no weights in that file.",
    }
    for content, said in refusals.items():
        ana.send_file("mine.safetensors", content)
        read_file(desk)
        ana.sees(said)

    with reading(desk.studio.engine) as session:
        states = session.exec(select(Profile.state).where(Profile.sample == "")).all()
    assert set(states) <= {ProfileState.DELETING}
    assert len(refusals) < AT_ONCE
    ana.send_file("mine.safetensors", lora())
    read_file(desk, sizes_fit=False)
    ana.sees("That file does not fit pocket: unet.conv_in is (8, 4), its change is (9, 2) x (2, 4).")


def test_other_kinds_of_files_are_never_fetched(desk: Desk, ana: Someone) -> None:
    ana.command("start")

    ana.send_file("model.ckpt", files.torch_archive())

    ana.sees("I take .safetensors files only: a .ckpt can run a program when it is opened")
    with reading(desk.studio.engine) as session:
        assert session.exec(select(Photo)).all() == []


def test_in_a_group_it_is_between_the_person_and_the_bot(desk: Desk, ana: Someone) -> None:
    if desk.panel:
        return  # there the command answers its person alone, wherever it is given
    ana.command("start")
    there = ana.at(desk.group("Friday people", ana))

    there.command("import")

    there.sees("Photos and profiles are between you and me")
