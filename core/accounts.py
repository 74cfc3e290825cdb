"""Accounts: who a chat user is, what everybody starts with, and how a profile begins."""

import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from core.names import normal_name
from core.storage import ledger
from core.storage.database import clock, new_handle
from core.storage.keys import account_key, photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import Account, Identity, Profile, ProfileState, Version

SAMPLE_PREFIX = "sample:"  # of a version's weights: those come with the program
_CONSONANTS, _VOWELS = "bdfgklmnprtvz", "aeiou"


@dataclass(frozen=True)
class Sample:
    """A ready profile that every account starts with, on the base that it was made for (SPEC P2)."""

    key: str
    name: str
    class_word: str
    trigger: str
    base: str
    similarity: float
    own_similarity: float
    floor: float


def samples(models_file: Path, base: str) -> list[Sample]:
    """The samples that the configuration names for a base model; none is a fact, not an error."""
    entries = tomllib.loads(models_file.read_text()).get("samples", {})
    fields = Sample.__dataclass_fields__.keys() - {"key"}
    return [
        Sample(key, **{field: entry[field] for field in fields})
        for key, entry in entries.items()
        if entry["base"] == base
    ]


def find_account(studio: Studio, session: Session, platform: str, user: str) -> tuple[Account, bool]:
    """The account of a chat user, made with its credits and sample when it is new; and whether it is."""
    identity = session.get(Identity, (platform, user))
    if identity:
        return session.get_one(Account, identity.account_id, with_for_update=True), False
    now = clock(session)
    account = Account(handle=new_handle(), created_at=now)
    session.add(account)
    session.flush()
    assert account.id is not None  # noqa: S101  (flushed)
    session.add(Identity(platform=platform, user=user, account_id=account.id))
    studio.keys.create(account_key(account.handle))
    settings = studio.settings
    for unit, amount in (
        (ledger.PICTURE, settings.free_pictures),
        (ledger.TRAINING, settings.free_trainings),
    ):
        ledger.grant(session, account.id, unit, amount, f"welcome-{account.handle}", now)
    for sample in samples(settings.models_file, settings.base):
        profile = add_sample(studio, session, account, sample)
        account.current_id = account.current_id or profile.id
    return account, True


def add_sample(studio: Studio, session: Session, account: Account, sample: Sample) -> Profile:
    """Give an account its own row of a sample profile."""
    words = {"name": sample.name, "class_word": sample.class_word, "trigger": sample.trigger}
    profile = open_profile(studio, session, account, words)
    profile.sample = sample.key
    profile.state = ProfileState.TRAINED
    profile.consent = "agreed"
    profile.retention = "template"
    profile.name_key = name_key(studio, account, sample.name)
    version = Version(
        profile_id=profile.id or 0,
        state=ProfileState.TRAINED,
        base=sample.base,
        floor=sample.floor,
        own_similarity=sample.own_similarity,
        similarity=sample.similarity,
        weights=SAMPLE_PREFIX + sample.key,
        trained_at=clock(session),
    )
    session.add(version)
    session.flush()
    profile.version_id = version.id
    return profile


def open_profile(studio: Studio, session: Session, account: Account, words: dict[str, str]) -> Profile:
    """A new profile with keys of its own; without words it is an empty draft with a generated trigger."""
    handle = new_handle()
    words = words or {"trigger": new_trigger()}
    studio.keys.create(photos_key(handle))
    profile = Profile(
        handle=handle,
        account_id=account.id or 0,
        kind="character",
        created_at=clock(session),
        sealed=studio.seal(profile_key(handle), words, f"profile-{handle}"),
    )
    session.add(profile)
    session.flush()
    return profile


def name_key(studio: Studio, account: Account, name: str) -> str:
    """What makes a name unique within its account without the database knowing the name."""
    return studio.keys.fingerprint("names", f"{account.handle}:{normal_name(name)}".encode())


def new_trigger() -> str:
    """A pronounceable word that stands for the subject in prompts."""
    return (
        "z"
        + "".join(secrets.choice(_VOWELS) + secrets.choice(_CONSONANTS) for _ in range(2))
        + secrets.choice(_VOWELS)
    )
