"""The first minutes: the greeting, help, what is refused, and buttons that are old, foreign or forged."""

from sqlmodel import select

from core.conversation import phrases
from core.storage.database import reading
from core.storage.tables import Profile, Work
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.worker import draw


def newest(desk: Desk) -> int:
    """The handle of the profile that was opened last."""
    with reading(desk.studio.engine) as session:
        return list(session.exec(select(Profile.handle).where(Profile.sample == "")))[-1]


def test_the_greeting_offers_the_sample_at_once(ana: Someone) -> None:
    ana.command("start")

    hello = ana.sees("Hi Ana. I learn a face, a pet or a character from your photos")
    assert "Robin is a sample profile that belongs to you already, with 10 free pictures." in hello.words
    assert hello.labels == ["Draw Robin as an astronaut", "Make my own", "How it works"]
    ana.tap("Draw Robin")
    assert ana.sees("Drawing 4... next in line").labels == ["Cancel"]


def test_how_it_works_is_one_tap_away(ana: Someone) -> None:
    ana.command("start")
    ana.tap("How it works")

    assert ana.sees("You send 15 to 20 photos of one subject.").labels == ["Make my own"]


def test_help_names_the_commands_as_they_are_called_here(desk: Desk, ana: Someone) -> None:
    said = ana.help()

    for name in (
        "/new",
        "/imagine",
        "/profiles",
        "/status",
        "/share",
        "/link",
        "/cancel",
        "/delete",
        "/privacy",
        "/forget",
    ):
        assert desk.renamed.get(name, name) in said


def test_a_command_that_is_none_is_answered(ana: Someone) -> None:
    ana.command("dance", "now")

    ana.sees("I do not know that command. /help lists what I understand.")


def test_words_without_a_question_become_a_prompt_to_copy(ana: Someone) -> None:
    ana.command("start")
    ana.write("a hat on a cat")

    ana.sees("To draw, put /imagine before it:\n/imagine a hat on a cat")


def test_status_and_cancel(desk: Desk, ana: Someone) -> None:
    ana.command("cancel")
    ana.sees("Nothing is going on that could be cancelled.")
    ana.command("status")
    ana.sees("10 pictures and 1 training left.")

    ana.command("imagine", "a hat --n 2")
    ana.command("status")
    ana.sees("Robin: Drawing 2... next in line")
    ana.command("cancel")
    ana.sees("Cancelled.")
    ana.sees("That drawing was cancelled; your credits are back.")

    for _ in range(2):
        ana.command("imagine", "a hat --n 1")
    ana.command("cancel")
    assert ana.sees("What shall I cancel?").labels == ["Cancel drawing Robin"] * 2
    ana.tap("Cancel drawing Robin")
    ana.sees("Stopping...")
    draw(desk, [1])
    assert ana.sees("Likeness under each").shades == {1}
    ana.command("status")
    ana.sees("9 pictures and 1 training left.")


# What is asked for, and what is said to it.
PROMPTS = (
    ("a hat --what 3", "I do not know --what. There are"),
    ("a hat --steps 5000", "--steps 5000: 1 to 100 is what fits. (column 7)"),
    ("a hat --n 2 --n 3", "--n stands there twice; once is enough."),
    ("a hat --seed", "--seed needs a value behind it."),
    ("a hat --seed x", "--seed x: that is not a number."),
    ("a hat --ar 9", "--ar 9: write it like 3:4."),
    (
        "a hat --sampler plms",
        "--sampler plms: ddim, euler, euler_a, dpmpp_2m, unipc, lcm is what you can choose from.",
    ),
    ("<lora:8812:0.9> in a forest", "I know no profile 8812 that you may use."),
    ("a <hat> on a cat", "I do not know <hat>. There are <lora:ID:0.8> <ti:ID> <faceid:ID>, with an id"),
    ("a <lora:ana:1> hat", "An id from /profiles must stand there, a number, and not: ana (column 9)"),
    ("a <ti:12:3> hat", "A strength from -2 to 2 must stand there, and not: 3 (column 10)"),
    ("a (hat:3)", "(...:3): from 0.1 to 2 is what fits. Brackets that mean nothing are written"),
    ("a hat --fast --fast", "--fast stands there twice; once is enough. (column 14)"),
    ("@ana and @ben", "One name says whom to draw; ben is a second one."),
    ("@somebody in a forest", 'I know no profile "somebody" that you may use. /profiles lists yours.'),
    ("a hat --base another", "--base another: this machine draws with pocket only."),
    ("a hat --n 8 --no " + "\N{GRINNING FACE}" * 900, "Drawing 8... next in line"),
)


def test_what_is_wrong_with_a_prompt_is_named(ana: Someone) -> None:
    ana.command("start")
    for words, said in PROMPTS:
        ana.command("imagine", words)

        assert len(ana.fresh()) == 1
        ana.sees(said)


def test_a_prompt_without_words_or_with_too_many(desk: Desk, ana: Someone) -> None:
    if desk.asks_for_words:
        return
    for words, said in (("", phrases.NO_IMAGINE_WORDS), ("x" * 1001, "That prompt has 1001 characters")):
        ana.command("imagine", words)
        ana.sees(said)


def test_more_than_is_left_is_refused_with_the_balance(ana: Someone) -> None:
    ana.command("imagine", "a hat --n 8")
    ana.command("imagine", "a hat --n 8")

    ana.sees("That takes 8 pictures, and 2 pictures of your plan are left.")


def test_a_button_of_a_question_that_is_over_says_so(desk: Desk, ana: Someone) -> None:
    ana.draft()
    ana.command("cancel")
    aside = ana.sees("Kept as a draft. /new goes on with it whenever you like.")
    old = f"consent:{newest(desk)}:agreed"

    ana.press(old)
    ana.sees(phrases.STALE)

    ana.tap("Delete the draft and its photos", aside)
    ana.sees("Ana summer is deleted. Its keys are destroyed")
    ana.press(old)
    ana.sees(phrases.GONE)


def test_a_strangers_button_does_nothing(desk: Desk, ana: Someone) -> None:
    ana.draft()
    handle = newest(desk)
    eve = desk.person("Eve")
    eve.command("start")
    steps = "erase:{} use:{} draw:{} withdraw:{} train:{}:yes out:{}:1 drop:{}:all stop:{}"

    for key in steps.format(*[handle] * 8).split():
        eve.press(key)
        eve.sees(phrases.GONE)

    assert newest(desk) == handle
    assert not works(desk)


def test_a_forged_button_is_answered_and_does_nothing(desk: Desk, ana: Someone) -> None:
    ana.command("start")

    for key in ("erase", "erase:", "erase:abc", "train:1:2:3", "x" * 48, "one:9", "stop:1", "share:1:2"):
        ana.press(key)
        ana.sees(phrases.GONE)

    assert not works(desk)


def works(desk: Desk) -> list[Work]:
    with reading(desk.studio.engine) as session:
        return list(session.exec(select(Work)))
