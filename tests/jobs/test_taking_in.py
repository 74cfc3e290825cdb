"""A file of weights, from the chat through a real worker to pictures, and every way in which it is refused."""

import numpy as np
import pytest
import torch
from sqlmodel import select

from core.chat import arrivals
from core.conversation.messages import Chosen, Command, Gallery, Photos, Say, Text, Upload
from core.errors import PhotoRefused, Refusal
from core.exchange.leaving import export
from core.exchange.tensors import MOST_BYTES
from core.families.sd15 import Sd15
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.tables import Photo, Profile, ProfileState, WorkKind
from core.upkeep import Upkeep
from tests.chat.people import Person
from tests.exchange import files
from tests.exchange.files import file_of, lora, tensor
from tests.exchange.test_leaving import ABOUT, ROBIN
from tests.jobs.workplace import Workplace, hear, newest_profile, version_of


def send_file(place: Workplace, person: Person, content: bytes, name: str = "mine.safetensors") -> str:
    """Send a file, have it fetched and looked at; the last thing that is said then."""
    said = person.say(Photos((Upload(name, f"{name}-{person.updates}", len(content), name),)))
    for arrival in arrivals.waiting(person.studio, person.platform):
        arrivals.keep(person.studio, arrival, content)
    place.work()
    said += hear(person)
    return words(said[-1])


def words(reply: object) -> str:
    assert isinstance(reply, Say | Gallery)
    return reply.text


def imported(place: Workplace, person: Person, content: bytes, name: str = "Robin again") -> Profile:
    """A profile from a file."""
    send_file(place, person, content)
    person.tap("man")
    person.say(Text(name))
    if "Which words" in words(list(person.messages.values())[-1]):
        person.tap("It needs none")
    person.tap("They agreed")
    person.tap("Take it in")
    return newest_profile(place.studio)


def profiles(place: Workplace) -> list[Profile]:
    with reading(place.studio.engine) as session:
        found = select(Profile).where(Profile.sample == "", Profile.state != ProfileState.DELETING)
        return list(session.exec(found))


def test_what_left_here_is_taken_in_and_draws_the_same(place: Workplace, ana: Person) -> None:
    said = send_file(place, ana, export(ROBIN.read_bytes(), ABOUT))
    assert said.startswith("LoRA for SD 1.5, rank 16.\nWhat does it draw?")
    ana.tap("man")
    (asked,) = ana.say(Text("Robin again"))
    assert "The file says: sks man" in words(asked)
    ana.tap("sks man")
    (ready,) = ana.tap("They agreed")
    assert "Robin again · man · LoRA for SD 1.5, rank 16 · zarobi stands for: sks man" in words(ready)
    (done,) = ana.tap("Take it in")
    assert words(done).startswith("Robin again is taken in. Its word in prompts is zarobi.")

    profile = newest_profile(place.studio)
    assert profile.state == ProfileState.TRAINED
    (drawing,) = ana.say(Command("imagine", '@"Robin again" zarobi at sea --n 1 --seed 5'))
    assert "Drawing" in words(drawing)
    place.work()
    said = words(hear(ana)[-1])
    assert "No likeness check: this profile came as a file, without photos to compare with." in said
    assert place.last(WorkKind.DRAW).state == "succeeded"
    # The very numbers that the sample is drawn with.
    kept = place.studio.files.read(
        version_of(place.studio, profile).weights, place.studio.keys.open(profile_key(profile.handle))
    )
    assert export(kept, ABOUT) == export(ROBIN.read_bytes(), ABOUT)


def test_an_embedding_is_taken_in_without_asking_for_words(place: Workplace, ana: Person) -> None:
    vectors = file_of({"emb_params": tensor(np.random.default_rng(0).normal(0, 0.02, (2, 96)))})

    said = send_file(place, ana, vectors)
    assert said.startswith("Textual inversion for SD 1.5, 2 vectors.")
    profile = imported(place, ana, vectors)

    assert (profile.state, profile.method) == (ProfileState.TRAINED, "textual_inversion")


def test_another_file_takes_the_place_of_the_first_and_answers_stay(place: Workplace, ana: Person) -> None:
    send_file(place, ana, lora())
    ana.tap("woman")
    ana.say(Text("Ana"))

    said = send_file(place, ana, lora(rank=4), "other.safetensors")

    assert said.startswith("Which words bring it up in a prompt?")
    (profile,) = profiles(place)
    assert version_of(place.studio, profile).weights


def test_a_draft_with_photos_stays_when_a_file_comes(place: Workplace, ana: Person) -> None:
    ana.say(Command("new"))
    ana.tap("woman")

    send_file(place, ana, lora())

    assert len(profiles(place)) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (files.gigabyte_header(), "That file's header claims 1073741824 bytes, and 8 MB are the most;"),
        (files.pickled(), "That is a pickle with another name: opening it could run a program, so I do not."),
        (files.torch_archive(), "That is a pickle with another name:"),
        (lora(inputs=2048), "This is for SDXL, this studio draws with SD 1.5. Send a file that was made for SD 1.5."),
        (lora("lora_te2_text_model_encoder_layers_0_mlp_fc1"), "This is for SDXL, this studio draws with SD 1.5."),
        (lora("lora_unet_double_blocks_0_img_attn_proj"), "This is for FLUX, this studio draws with SD 1.5."),
        (file_of({"emb_params": tensor(np.ones((2, 1024)))}), "This is for SD 2.1, this studio draws with SD 1.5."),
        (lora(inputs=768), "That file does not fit Pocket: unet.down_blocks.1"),
        (lora("lora_unet_down_blocks_9_resnets_0_conv1"), "That file does not fit Pocket:"),
        (file_of({"emb_params": tensor(np.ones((2, 768)))}), "That file does not fit Pocket:"),
        (lora()[:-7], "That file broke off on the way. Send it again."),
        (lora(alpha=float("nan")), "That file holds numbers that are not finite (lora_unet_down_blocks_1"),
        (files.headed({}), "There are no weights in that file."),
        (b"\xff\xd8\xff\xe0 a photo with another name", "That is no safetensors file."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(
    place: Workplace, ana: Person, content: bytes, said: str
) -> None:
    answer = send_file(place, ana, content)

    assert answer.startswith(said)
    assert files.sprung == []
    assert profiles(place) == []
    Upkeep(place.studio, place.workshop.redis).erase()
    with reading(place.studio.engine) as session:
        assert session.exec(select(Photo)).all() == []
    assert place.files() == []


def test_a_file_that_is_announced_as_too_large_is_not_fetched(place: Workplace, ana: Person) -> None:
    file = Upload("big.safetensors", "big", MOST_BYTES + 1, "big.safetensors")

    (reply,) = ana.say(Photos((file,)))

    assert words(reply).startswith("That file is too large: 256 MB are the most.")
    assert arrivals.waiting(place.studio, "console") == []


def test_a_file_that_its_platform_does_not_hand_over_says_so(place: Workplace, ana: Person) -> None:
    ana.say(Photos((Upload("f", "f", 100, "mine.safetensors"),)))
    (arrival,) = arrivals.waiting(place.studio, "console")
    why = PhotoRefused(Refusal.TOO_MANY_BYTES, "Telegram lets bots fetch at most 20 MB")

    arrivals.refuse(place.studio, arrival, why.refusal, why.detail)

    assert words(hear(ana)[-1]).startswith(
        "That file is too large here: Telegram lets bots fetch at most 20 MB."
    )
    assert profiles(place) == []


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".bin"])
def test_other_kinds_of_files_are_refused_by_their_names(place: Workplace, ana: Person, suffix: str) -> None:
    (reply,) = ana.say(Photos((Upload("f", "f", 100, f"model{suffix}"),)))

    assert words(reply).startswith(f"I take .safetensors files only: a {suffix} can run a program")
    assert arrivals.waiting(place.studio, "console") == []


class _LoraAlone(Sd15):
    """A base of a family that learns no words."""

    def methods(self) -> frozenset[str]:
        return frozenset({"lora"})


def test_an_embedding_for_a_base_that_takes_lora_alone_is_refused(place: Workplace, ana: Person) -> None:
    place.workshop._families["pocket"] = _LoraAlone.open(place.workshop.base, torch.device("cpu"))

    said = send_file(place, ana, file_of({"emb_params": tensor(np.ones((2, 96)))}))

    assert said == "Pocket cannot use Textual inversion. Send a LoRA for it instead."


def test_deleting_leaves_nothing_of_an_imported_profile(place: Workplace, ana: Person) -> None:
    profile = imported(place, ana, export(ROBIN.read_bytes(), ABOUT))
    assert place.studio.files.names(str(profile.handle))

    ana.say(Command("delete", "Robin again"))
    ana.tap("Delete for ever")

    Upkeep(place.studio, place.workshop.redis).erase()
    assert place.studio.files.names(str(profile.handle)) == []
    assert place.studio.keys.find(profile_key(profile.handle)) is None


def test_it_is_drawn_no_more_when_consent_is_withdrawn(place: Workplace, ana: Person) -> None:
    profile = imported(place, ana, lora())

    ana.say(Chosen(f"withdraw:{profile.handle}"))
    (refused,) = ana.say(Command("imagine", '@"Robin again" at sea'))

    assert words(refused).startswith("The consent for that profile is withdrawn")
