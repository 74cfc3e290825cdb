"""Profiles called by their ids: shown, worn alone and together, and taken back."""

import re

from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.worker import draw, teach


def id_of(listed: str, name: str) -> int:
    """The id that a list of profiles shows behind a name."""
    found = re.search(rf"{name} .*id (\d+)", listed)
    assert found is not None, listed
    return int(found[1])


def test_an_id_from_the_list_is_worn_and_told_under_the_picture(desk: Desk, ana: Someone) -> None:
    handle = teach(desk, ana)
    ana.command("profiles")
    listed = ana.sees("> Ana summer · woman · ready").words
    assert id_of(listed, "Ana summer") == handle
    robin = id_of(listed, "Robin")

    ana.command("imagine", f"in a (red hat:1.3) <lora:{handle}:0.8> <lora:{robin}> --n 1 --steps 20")
    draw(desk, [1])
    ana.tap("i", ana.sees("your own photos reach 0.88"))

    told = ana.sees(
        f"/imagine in a (red hat:1.3) <lora:{handle}:0.8> <lora:{robin}> --n 1 --seed 7 --steps 20"
    )
    assert "\nAna summer, Robin on pocket\nddim, 20 steps, CFG 2.5, seed 7" in told.words
    ana.command("imagine", told.words.split("\n")[0].partition(" ")[2])
    ana.sees("Drawing 1... next in line")


def test_what_is_drawn_without_a_name_is_told_with_it(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)
    ana.command("imagine", "in a hat --n 1")
    draw(desk, [1])

    ana.tap("i", ana.sees("your own photos reach 0.88"))

    ana.sees('/imagine @"Ana summer" in a hat --n 1 --seed 7')


def test_somebody_elses_id_is_one_that_nobody_has(desk: Desk, ana: Someone) -> None:
    handle = teach(desk, ana)
    eve = desk.person("Eve")
    eve.command("start")

    for wanted in (handle, 8812):
        eve.command("imagine", f"<lora:{wanted}:0.9> in a forest")
        eve.sees(f"I know no profile {wanted} that you may use. /profiles lists yours with their ids.")


def test_a_face_is_no_checkpoint(desk: Desk, ana: Someone) -> None:
    handle = teach(desk, ana, "Face", method="faceid")

    for words in (f"a hat <lora:{handle}>", "a hat --base Face"):
        ana.command("imagine", words)
        assert ana.sees("model_type").words == "model_type=faceid is not supported. Use a checkpoint instead"
    ana.command("imagine", f"a hat <ti:{handle}>")
    ana.sees(f"Face is a FaceID profile: write <faceid:{handle}> instead of <ti:{handle}>.")
    ana.command("imagine", f"a hat <faceid:{handle}> --n 1")
    ana.sees("Drawing 1... next in line")


def test_in_a_group_what_is_worn_is_shared_there_and_ends_with_that(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)
    ben = desk.person("Ben")
    ben.command("start")
    place = desk.group("Friday people", ana, ben)
    ana.at(place).command("share")
    ana.at(place).tap("Share", ana.at(place).sees("Share Ana summer with Friday people?"))
    ben.at(place).command("profiles")
    handle = id_of(ben.at(place).sees("Shared here:").words, "Ana summer")

    ben.command("imagine", f"@Robin as a pirate <lora:{handle}:0.5>")
    ben.sees(f"I know no profile {handle} that you may use.")
    ben.at(place).command("imagine", f"@Robin as a pirate <lora:{handle}:0.5> --n 1")
    ben.at(place).sees("Drawing 1 for Ben")
    ana.at(place).command("revoke")
    ben.at(place).sees("That profile is not shared here any more: the drawing is not delivered")
    draw(desk, [5])
    assert not any(seen.shades for seen in ben.at(place).fresh())
    ben.at(place).command("imagine", f"@Robin as a pirate <lora:{handle}:0.5> --n 1")
    ben.at(place).sees(f"I know no profile {handle} that you may use.")
