"""Files of weights: what there is to hand out of a profile."""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.chat.scene import Scene
from core.conversation.effects import Export
from core.conversation.messages import Exported
from core.conversation.views import Shown
from core.exchange.leaving import About
from core.storage.keys import profile_key
from core.storage.tables import ProfileState, Version

MODELS = ("unet", "transformer")  # folders of what is trained of a base
LONGEST_FILE_NAME = 60


@dataclass(frozen=True)
class BaseEntry:
    """What a file says of the base that it was learnt on."""

    family: str
    title: str
    instance_token: str
    sha256: str


def export(scene: Scene, effect: Export) -> Exported | None:
    """The weights of a profile's current version, and what its file says; none of it is opened yet."""
    profile = scene.profile(effect.profile)
    if profile is None or profile.state != ProfileState.TRAINED or profile.sample:
        return None
    version = scene.session.get(Version, profile.version_id) if profile.version_id else None
    if version is None or not version.weights:
        return None
    entry = base_entry(scene.studio.settings.models_file, version.base)
    if entry is None:
        return Exported(profile.handle)
    key = profile_key(profile.handle)
    words = scene.studio.unseal(key, profile.sealed, f"profile-{profile.handle}")
    learnt_words = words.get("stands_for", "")  # of a file that came from elsewhere
    about = About(
        method=profile.method,
        family=entry.family,
        base=version.base,
        trigger=words["trigger"],
        instance_token=entry.instance_token if profile.method == "lora" and not learnt_words else "",
        class_word="style" if profile.kind == "style" else words["class_word"],
        name=file_name(words["name"], profile.handle),
        step=version.best_step or 0,
        base_hash=entry.sha256,
        learnt_words=learnt_words,
    )
    return Exported(profile.handle, Shown(version.weights, key), about, entry.title)


def base_entry(models_file: Path, base: str) -> BaseEntry | None:
    """What the configuration says of a base model; None when it names none of that name."""
    bases: dict[str, Any] = tomllib.loads(models_file.read_text()).get("bases", {})
    if base not in bases:
        return None
    entry = bases[base]
    hashes = entry.get("sha256", {})
    learnt = next((value for path, value in hashes.items() if path.startswith(MODELS)), "")
    return BaseEntry(entry["family"], entry["title"], entry["instance_tokens"][0], learnt)


def file_name(name: str, handle: int) -> str:
    """A profile's name as every file system and prompt takes it: letters and digits of ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(words)[:LONGEST_FILE_NAME] or f"profile-{handle}"
