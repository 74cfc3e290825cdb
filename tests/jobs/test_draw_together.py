"""Drawings of several profiles and on other bases: what the base is really asked, and who may not be drawn any more."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image
from sqlmodel import col, select

from core.accounts import open_profile
from core.artifacts import Adapter, Pixels
from core.conversation.messages import Command
from core.families.catalogue import Catalogue
from core.families.family import DrawRequest, Family, usual_request
from core.jobs import announce
from core.jobs.commission import faceid_scheduler
from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import (
    Account,
    Grant,
    Identity,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkerRow,
    WorkKind,
    WorkState,
    Worn,
)
from tests.chat.people import Person
from tests.families import test_faceid as faceid, test_fast as fast
from tests.families.pocket_base import adapter_of
from tests.families.test_words import learnt
from tests.jobs.conftest import Opens
from tests.jobs.workplace import Workplace, change, refreshed


@dataclass
class Wardrobe:
    """Ana's studio, with profiles that nobody had to train."""

    place: Workplace
    ana: Person
    profiles: dict[str, Profile] = field(default_factory=dict)

    def teach(self, name: str, adapter: Adapter, kind: str = "character") -> None:
        """A profile as its training would have left it, without photos to compare with."""
        studio = self.place.studio
        with writing(studio.engine) as session:
            identity = session.get_one(Identity, ("console", self.ana.user))
            words = {"name": name, "class_word": "man", "trigger": f"z{name}"}
            account = session.get_one(Account, identity.account_id)
            profile = open_profile(studio, session, account, words)
            profile.state, profile.consent, profile.retention = ProfileState.TRAINED, "self", "delete"
            profile.kind, profile.method = kind, adapter.method
            file = new_name(profile.handle, "weights")
            studio.files.write(file, adapter.weights, studio.keys.open(profile_key(profile.handle)))
            version = Version(profile_id=profile.id or 0, base="pocket", weights=file)
            session.add(version)
            session.flush()
            profile.version_id = version.id
            self.profiles[name] = profile

    def tag(self, name: str, kind: str = "lora", strength: float = 1.0) -> str:
        return f"<{kind}:{self.profiles[name].handle}:{strength}>"

    def worn(self, name: str) -> str:
        """What a profile's adapter is called on a base."""
        return f"v{self.profiles[name].version_id}-0"

    def ask(self, words: str) -> Work:
        self.ana.say(Command("imagine", f"{words} --n 1 --seed 3"))
        return self.place.last(WorkKind.DRAW)

    def pictures(self, work: Work) -> list[Pixels]:
        with reading(self.place.studio.engine) as session:
            rows = session.exec(
                select(PictureRow).where(PictureRow.work_id == work.id).order_by(col(PictureRow.seed))
            ).all()
            key = profile_key(session.get_one(Profile, work.profile_id).handle)
        files = self.place.studio.files
        opened = [files.read(row.file, self.place.studio.keys.open(key)) for row in rows]
        return [np.array(Image.open(io.BytesIO(content))) for content in opened]

    def drawn(self, words: str) -> Pixels:
        work = self.ask(words)
        self.place.work()
        assert refreshed(self.place.studio, work).state == WorkState.SUCCEEDED
        return self.pictures(work)[0]

    def settings(self) -> dict[str, str]:
        """What is told of the last drawing."""
        told: dict[str, str] = json.loads(self.place.last(WorkKind.DRAW).progress)["drawn"]
        return told

    def credits(self) -> int:
        with reading(self.place.studio.engine) as session:
            account = session.get_one(Identity, ("console", self.ana.user)).account_id
            return ledger.balance(session, account, ledger.PICTURE)


@pytest.fixture(scope="module")
def wardrobe(opens: Opens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wardrobe]:
    with opens(tmp_path_factory.mktemp("together"), free_pictures=100) as place:
        base, folder = place.workshop.base, tmp_path_factory.mktemp("bases")
        face = faceid.base_with(folder, faceid.random_state())
        quick = fast.base_with(folder, fast.untrained())
        sums = {**base.sha256, "faceid": face.sha256["faceid"], "fast": quick.sha256["fast"]}
        second = replace(
            base, name="second", title="Second", scheduler="ddim", faceid=face.faceid, fast=quick.fast,
            fast_steps=3, sha256=sums,
        )  # fmt: skip
        third = replace(base, name="third", title="Third")
        place.workshop.catalogue = Catalogue(
            {one.name: one for one in (base, second, third)}, place.workshop.catalogue.packs
        )
        opened = Wardrobe(place, Person(place.studio))
        for person in (opened.ana, Person(place.studio, "eve")):
            person.say(Command("start"))
        family = place.workshop.family()
        opened.teach("one", adapter_of(family, 1))
        opened.teach("two", adapter_of(family, 2))
        opened.teach("style", adapter_of(family, 3), kind="style")
        opened.teach("word", learnt(family))
        opened.teach("face", faceid.face_of(5))
        opened.teach("other-face", faceid.face_of(6))
        announce(place.workshop, 0.0)
        yield opened


def expected(family: Family, request: DrawRequest) -> Pixels:
    return family.draw(request, [3])[0]


def test_several_are_worn_each_with_its_strength(wardrobe: Wardrobe) -> None:
    family = wardrobe.place.workshop.family()
    drawn = wardrobe.drawn(
        f"in a hat {wardrobe.tag('one', strength=0.8)} {wardrobe.tag('two', strength=0.5)}"
    )

    worn = {wardrobe.worn("one"): 0.8, wardrobe.worn("two"): 0.5}
    alone = {wardrobe.worn("one"): 0.8}
    prompt = "a photo of a sks man, in a hat"
    assert np.array_equal(drawn, expected(family, usual_request(family, prompt, worn)))
    assert not np.array_equal(drawn, expected(family, usual_request(family, prompt, alone)))


def test_learnt_words_and_styles_stand_in_the_prompt(wardrobe: Wardrobe) -> None:
    family, word, style = wardrobe.place.workshop.family(), wardrobe.worn("word"), wardrobe.worn("style")

    named = wardrobe.drawn(f"zone and (zword:1.2) {wardrobe.tag('word', 'ti')} {wardrobe.tag('one')}")
    beside = wardrobe.drawn(
        f"in a hat {wardrobe.tag('one')} {wardrobe.tag('word', 'ti')} {wardrobe.tag('style')}"
    )
    alone = wardrobe.drawn(f"in a hat {wardrobe.tag('style')}")

    one = wardrobe.worn("one")
    request = usual_request(family, f"sks man and (<{word}>:1.2)", {word: 1.0, one: 1.0})
    assert np.array_equal(named, expected(family, request))
    prompt = f"a photo of a sks man, in a hat, <{word}>, sks style"
    request = usual_request(family, prompt, {one: 1.0, word: 1.0, style: 1.0})
    assert np.array_equal(beside, expected(family, request))
    assert np.array_equal(
        alone, expected(family, usual_request(family, "a picture in sks style, in a hat", {style: 1.0}))
    )


def test_another_base_of_the_family_draws_with_what_was_learnt_on_the_usual_one(wardrobe: Wardrobe) -> None:
    workshop = wardrobe.place.workshop
    drawn = wardrobe.drawn(f"in a hat {wardrobe.tag('one')} --base third")

    assert wardrobe.settings() == {
        "base": "third",
        "sampler": "lcm",
        "steps": "4",
        "cfg": "2",
        "seed": "3",
    }
    third = workshop.family(workshop.named("third"))
    request = usual_request(third, "a photo of a sks man, in a hat", {wardrobe.worn("one"): 1.0})
    assert np.array_equal(drawn, expected(third, request))

    wardrobe.drawn(f"in a hat {wardrobe.tag('one')} --base second")
    assert workshop._families.keys() == {"pocket", "second"}
    assert {base for base, _ in workshop._adapters} <= {"pocket", "second"}


def test_a_face_is_drawn_for_the_plain_word_with_settings_of_its_own(wardrobe: Wardrobe) -> None:
    drawn = wardrobe.drawn(f"in a hat {wardrobe.tag('face', 'faceid', 0.9)} --base second")

    assert wardrobe.settings() == {"base": "second", "sampler": "ddim", "steps": "4", "cfg": "3", "seed": "3"}
    second = wardrobe.place.workshop.family(wardrobe.place.workshop.named("second"))
    request = usual_request(second, "a photo of a man, in a hat", {wardrobe.worn("face"): 0.9})
    assert np.array_equal(drawn, expected(second, replace(request, cfg=3.0, scheduler="ddim")))

    wardrobe.drawn(f"in a hat {wardrobe.tag('face', 'faceid')} --base second --cfg 2 --steps 3")
    assert wardrobe.settings() | {"cfg": "2", "steps": "3"} == wardrobe.settings()


@pytest.mark.parametrize(("own", "taken"), [("ddim", "ddim"), ("lcm", "lcm"), ("euler_a", "ddim")])
def test_a_face_is_drawn_by_ddim_or_its_kin(own: str, taken: str) -> None:
    assert faceid_scheduler(own) == taken


def test_fast_draws_in_few_steps(wardrobe: Wardrobe) -> None:
    drawn = wardrobe.drawn(f"in a hat {wardrobe.tag('one')} --base second --fast")

    assert wardrobe.settings() == {"base": "second", "sampler": "lcm", "steps": "3", "cfg": "1", "seed": "3"}
    second = wardrobe.place.workshop.family(wardrobe.place.workshop.named("second"))
    prompt, worn = "a photo of a sks man, in a hat", {wardrobe.worn("one"): 1.0}
    assert np.array_equal(drawn, expected(second, usual_request(second, prompt, worn, fast=True)))


def test_a_worker_tells_every_base_that_draws_here(wardrobe: Wardrobe) -> None:
    workshop = wardrobe.place.workshop
    usual = workshop.base
    catalogue = dict(workshop.catalogue.bases)
    workshop.catalogue = Catalogue(
        catalogue
        | {
            "stranger": replace(usual, name="stranger", family="sdxl"),
            "absent": replace(usual, name="absent", path=usual.path / "nowhere"),
            "photographic": replace(usual, name="photographic", content="photographic"),
        },
        workshop.catalogue.packs,
    )
    try:
        announce(workshop, 0.0)
    finally:
        workshop.catalogue = Catalogue(catalogue, workshop.catalogue.packs)

    with reading(wardrobe.place.studio.engine) as session:
        offers = json.loads(session.get_one(WorkerRow, workshop.name).offers)
    assert [(one["name"], one["fast"], one["faceid"]) for one in offers["bases"]] == [
        ("pocket", False, False),
        ("second", True, True),
        ("third", False, False),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--base fourth", "--base fourth: this machine draws with pocket, second, third only."),
        ("--fast", "--fast: pocket has nothing on this machine to draw in few steps with."),
    ],
)
def test_what_no_base_does_is_refused_before_it_is_queued(wardrobe: Wardrobe, words: str, said: str) -> None:
    replies = wardrobe.ana.say(Command("imagine", f"in a hat {wardrobe.tag('one')} {words}"))

    assert said in replies[0].text


def test_a_face_is_refused_where_the_base_knows_none(wardrobe: Wardrobe) -> None:
    replies = wardrobe.ana.say(Command("imagine", f"in a hat {wardrobe.tag('face', 'faceid')}"))

    assert "pocket cannot draw FaceID profiles" in replies[0].text


def test_a_base_that_is_gone_by_then_is_not_replaced(wardrobe: Wardrobe) -> None:
    workshop = wardrobe.place.workshop
    work = wardrobe.ask(f"in a hat {wardrobe.tag('one')} --base third")
    catalogue = workshop.catalogue
    workshop.catalogue = Catalogue({"pocket": workshop.base}, catalogue.packs)

    wardrobe.place.work()
    workshop.catalogue = catalogue

    assert refreshed(wardrobe.place.studio, work).reason == "base_refused"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"consent": "withdrawn"}, "consent_withdrawn"),
        ({"state": ProfileState.DELETING}, "not_ready"),
        ({"version_id": None}, "not_ready"),
        ({"account_id": 2}, "not_ready"),  # Eve's
    ],
)
def test_a_profile_that_is_worn_passes_the_same_checks_again(
    wardrobe: Wardrobe, columns: dict[str, object], reason: str
) -> None:
    before, profile = wardrobe.credits(), wardrobe.profiles["two"]
    work = wardrobe.ask(f"in a hat {wardrobe.tag('one')} {wardrobe.tag('two')}")
    kept = {name: getattr(profile, name) for name in columns}
    change(wardrobe.place.studio, profile, **columns)  # behind the back of everything that takes work away

    wardrobe.place.work()
    change(wardrobe.place.studio, profile, **kept)

    ended = refreshed(wardrobe.place.studio, work)
    assert (ended.state, ended.reason) == (WorkState.FAILED, reason)
    assert wardrobe.pictures(work) == []
    assert wardrobe.credits() == before


@pytest.mark.parametrize("ended_at", [1.0, None])
def test_a_grant_that_ended_between_asking_and_drawing(wardrobe: Wardrobe, ended_at: float | None) -> None:
    before, studio = wardrobe.credits(), wardrobe.place.studio
    work = wardrobe.ask(f"in a hat {wardrobe.tag('one')} {wardrobe.tag('two')}")
    with writing(studio.engine) as session:
        grant = Grant(
            handle=ended_at is None, profile_id=wardrobe.profiles["two"].id or 0, space=7, ended_at=ended_at
        )
        session.add(grant)
        session.flush()
        session.exec(select(Worn).where(Worn.work_id == work.id)).one().grant_id = grant.id

    wardrobe.place.work()

    ended = refreshed(studio, work)
    assert ended.state == (WorkState.SUCCEEDED if ended_at is None else WorkState.FAILED)
    assert ended.reason == ("" if ended_at is None else "revoked")
    assert before - wardrobe.credits() == (ended_at is None)
