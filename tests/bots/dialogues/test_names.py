"""Names as long and as strange as they may be, through everything in which a name is said."""

import pytest

from core.names import clean_name
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture
from tests.bots.dialogues.worker import draw, judge, learn, teach

EMOJI = "A" + "\N{GRINNING FACE}" * 39
FAMILY = "7" + "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}" * 13
NAMES = {
    "emoji": EMOJI,
    "families": FAMILY,
    "marks": "אנה\u202e2026\u200b_*x*_ [a](http://b.c) `d`",
    "right to left": "أنا " * 10,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_goes_everywhere(desk: Desk, ana: Someone, name: str) -> None:
    shown = clean_name(name)
    ana.draft(name)
    ana.send(*(picture(number) for number in range(1, 6)))
    judge(desk)
    assert shown in ana.finish_photos().words
    ana.tap("Train")
    ana.sees(f"Learning {shown}")
    learn(desk)
    ana.tap(f"Draw {shown}"[:30])
    draw(desk, [1, 2, 3, 4])
    for command in ("profiles", "privacy", "status", "delete"):
        ana.command(command)
        assert len(ana.fresh()) == 1
    group = desk.group("\N{FAMILY}" * 40, ana)
    ana.at(group).command("share")
    ana.at(group).tap("Share")
    assert shown in ana.at(group).sees(" shared ").words
    ana.at(group).command("usage")
    ana.at(group).tap("Stop sharing")
    assert shown in ana.at(group).sees("any more").words
    ana.command("delete", shown)
    ana.tap("Delete for ever")
    ana.sees(" is deleted. Its keys are destroyed")


def test_twenty_profiles_with_long_names(desk: Desk, ana: Someone) -> None:
    # More buttons and words than one message of some platforms takes.
    for number in range(20):
        teach(desk, ana, f"{number} {EMOJI[:37]}")

    for command in ("profiles", "privacy", "delete"):
        ana.command(command)
        assert len(ana.fresh()) == 1
