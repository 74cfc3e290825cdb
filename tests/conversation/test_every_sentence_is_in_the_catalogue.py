"""Nothing is said past the catalogue: with one that brackets everything, no word stands outside the brackets.

The conversation is a pure function, so a person who taps everything in sight can be played in a second.
"""

import gettext
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.conversation import language
from core.conversation.captions_phrases import REFUSALS
from core.conversation.messages import Chosen, Command, Drawing, Form, Heard, Learning, Linking, Reply, Text
from core.conversation.script import take_turn
from core.conversation.views import (
    GrantView,
    PhotoView,
    ProfileView,
    Rules,
    Shown,
    SpaceView,
    TextView,
    View,
    WorkView,
)

MOST_TURNS = 3000
COMMANDS = (
    "start", "new", "imagine", "profiles", "share", "revoke", "usage", "settings", "link", "language", "pool",
    "status", "cancel", "delete", "forget", "privacy", "help", "nonsense",
)  # fmt: skip
WORDS = (
    "", "ANA", "NOBODY", "@NOBODY X", "X --n 99", "X --what", "X --n", "X --seed X", "X --ar 9", "X --n 2 --n 2",
    "X <lora:1:1>", "X <lora:X>", "X <X>", "X <lora:1:9>", "<ti:1><ti:1>", "<ti:1><ti:2><ti:3><ti:4><ti:5>", "(X:3)",
    "((X:1.1) X:1.1)", '@"X', "@X @X", "X < X", 'X --base "', "X --base OTHER", "X --sampler OTHER", "@ANA X",
    "X <lora:2>", "X <ti:2>", "X --fast",
    "@BEN X", "X" * 2000, "AB12-CD34", "0", "10", "12.5",
)  # fmt: skip
# Everything that people or the configuration have named, and captions, which are the base's; nobody's to translate.
NAMES = re.compile(
    r"\b(a photo of a TRIGGER|ANA|BEN|OTHER|NOBODY|GROUP|BASE|TITLE|PERSON|TRIGGER|CLASS|CODE|X+|AB12|CD34|LoRA|"
    r"Telegram|Discord)\b",
    re.IGNORECASE,
)
CAPTIONS = (
    "3: X",
    "77: X",
    "3: <>",
    f"3: {'X' * 601}",
    "all: X",
    "all: XX -> X",
    "all: ->",
    f"all: {'X' * 590}",
)
VERDICTS = (
    "accepted", "duplicate", "blurred", "noisy", "too_dark", "too_bright", "too_small", "no_face", "several_faces",
    "face_too_small", "cut_off", "other_person", "empty", "not_a_picture", "unknown_format", "too_many_bytes",
    "too_many_pixels", "truncated", "damaged", "too_slow", "too_much_memory", "not_fetched", "encrypted", "link",
    "named_twice", "no_photos", "packed_otherwise", "too_many_files", "too_many_photos",
    "unpacks_to_too_much", "unsafe_name",
)  # fmt: skip
PICTURE = Shown("file", "key")


class Bracketing(gettext.NullTranslations):
    """A language in which every sentence is what it was, in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(autouse=True)
def bracketing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalogue", lambda _: Bracketing())


def profile(handle: int, title: str = "ANA", **over: object) -> ProfileView:
    values: dict[str, object] = {
        "state": "trained", "name": title, "kind": "character", "class_word": "CLASS", "trigger": "TRIGGER",
        "retention": "keep", "consent": "self", "base": "BASE", "similarity": 0.7, "own_similarity": 0.8,
        "floor": 0.5, "sheet": (PICTURE,), **over,
    }  # fmt: skip
    return ProfileView(handle, **values)  # type: ignore[arg-type]  # named above


def draft(**over: object) -> ProfileView:
    photos = tuple(
        PhotoView(number, verdict=verdict, other=1, chosen=True, thumbnail=PICTURE)
        for number, verdict in enumerate((*("accepted",) * 6, *VERDICTS), 1)
    )
    told = (TextView("X"), TextView("XX", waiting=True), *(TextView("XXX", refusal=one) for one in REFUSALS))
    about = {"state": "draft", "photos": photos, "texts": told, "missing": ("angles", "light")}
    return profile(9, "OTHER", **{**about, **over})


def works(space: int = 0) -> tuple[WorkView, ...]:
    pictures = ((71, PICTURE), (72, PICTURE))
    seen = WorkView(0, 1, "learn", "pending", space=space, asker="BEN" if space else "")
    learning = replace(seen, similarities=(0.1, 0.6), samples=(PICTURE,))
    drawing = replace(seen, kind="draw", asked=4, prompt="X")
    failed = replace(drawing, state="failed")
    every = (
        replace(learning, ahead=2, seconds_left=300.0),
        replace(learning, state="running", step=40, steps=300),
        replace(learning, state="succeeded", best_step=200),
        replace(learning, state="cancelled"),
        *(
            replace(learning, state="failed", reason=reason)
            for reason in ("worker_lost", "out_of_memory", "key_gone", "failed")
        ),
        replace(drawing, ahead=1),
        replace(drawing, state="running", asked=1, seconds_left=30.0),
        replace(drawing, state="succeeded", delivered=pictures, dropped=pictures),
        replace(drawing, state="succeeded", asked=2, delivered=pictures, filter_off="faceless"),
        replace(drawing, state="succeeded", dropped=pictures),
        *(
            replace(failed, reason=reason)
            for reason in (
                "key_gone", "worker_lost", "model_unusable", "not_ready", "consent_withdrawn", "revoked", "",
            )
        ),
    )  # fmt: skip
    return tuple(replace(work, handle=handle) for handle, work in enumerate(every, 20))


def views() -> Iterator[View]:
    """A newcomer, somebody with everything, drafts at every question, a panel, and a group's admins and members."""
    yield View(person="PERSON", new=True)
    profiles = (
        profile(1), profile(2, "BEN", sample=True), profile(3, "X", state="failed"), profile(4, "XX", state="queued"),
        profile(5, "XXX", consent="withdrawn"), profile(6, "XXXX", support_until=1.0, retention="delete"),
    )  # fmt: skip
    full = View(
        person="PERSON", profiles=profiles, current=1, works=works(), pictures_left=3, trainings_left=1,
        training_seconds=300.0, picture_seconds=2.0, base="BASE", base_title="TITLE", base_content="drawn",
        spaces=((31, "GROUP"),), links=((41, "BEN"),),
        grants=(GrantView(51, 1, 31, "GROUP", (("BEN", 2, 5), ("", 1, 1))),),
    )  # fmt: skip
    yield full
    yield View(
        person="PERSON",
        profiles=profiles,
        works=works(),
        pictures_left=0,
        trainings_left=0,
        worker_alive=False,
    )
    for lacking in (
        {"class_word": ""}, {"name": ""}, {"retention": ""}, {"consent": ""}, {"photos": ()}, {},
        {"photos_done": True},
    ):  # fmt: skip
        for panel in (False, True):
            yield View(
                profiles=(draft(**lacking),),
                draft=draft(**lacking),
                panel=panel,
                base_title="TITLE",
                minors=True,
            )
    for rules in (
        Rules(), Rules("admins", 8, "pool", "BASE", "drawn", "other"), Rules(quota=1, pays="owner"),
    ):  # fmt: skip
        for admin in (True, False, None):
            space = SpaceView(
                31, "GROUP", "here", admin, rules, 1, 0,
                (profile(1), profile(8, "BEN", owner="BEN", grant=52, credits=0)),
            )  # fmt: skip
            for group in (True, False):
                yield View(person="PERSON", group=group, space=space, profiles=profiles, works=works(31), base="BASE",
                           pictures_left=1, grants=full.grants, spaces=full.spaces, base_title="TITLE")  # fmt: skip


def heard_first(view: View) -> Iterator[Heard]:
    yield from (Command(name, words) for name in COMMANDS for words in WORDS)
    yield from (
        Text(words) for words in (*WORDS, "girl", "12 years old", "a b c d e", '<">', "X" * 60, *CAPTIONS)
    )
    yield from (Learning(work) if work.kind == "learn" else Drawing(work) for work in view.works)
    if not view.group:
        yield from (Form(class_word="girl"), Form(name="ANA"), Form(name="<"), Form(draft=77))
        yield from (
            Linking(what, "CODE", "BEN", "telegram", 41)
            for what in (
                "issued",
                "entered",
                "linked",
                "unlinked",
                "wrong",
                "locked",
                "taken",
                "refused",
                "over",
            )
        )


def texts(reply: Reply) -> Iterator[str]:
    yield getattr(reply, "text", "")
    yield from (option.label for option in getattr(reply, "options", ()))


def outside(text: str) -> str:
    """What stands outside of all brackets, without names."""
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    text = re.sub(r"/imagine .*", "", NAMES.sub("", text))
    return " ".join(re.findall(r"[^\W\d_]{2,}", text))


@pytest.mark.parametrize(
    ("text", "word"),
    [("Hello ⟦{name}⟧", "Hello"), ("⟦a ⟦b⟧ c⟧ once", "once"), ("⟦a ⟦b⟧ c⟧, ANA", ""), ("⟦a⟧ · 2", "")],
)
def test_a_word_outside_is_found(text: str, word: str) -> None:
    assert outside(text) == word


@pytest.mark.parametrize("view", list(views()), ids=lambda _: "")
def test_no_word_is_said_past_the_catalogue(view: View) -> None:
    own_names = {*language.LANGUAGES.values()}
    waiting, met, leaks = deque(heard_first(view)), set[str](), set[str]()
    for _ in range(MOST_TURNS):
        if not waiting:
            break
        turn = take_turn(view, waiting.popleft())
        for reply in (*turn.replies, *turn.alone):
            leaks |= {text for text in texts(reply) if text not in own_names and outside(text)}
            new = {option.key for option in getattr(reply, "options", ())} - met
            met |= new
            waiting.extend(Chosen(key) for key in sorted(new))
    assert leaks == set()
