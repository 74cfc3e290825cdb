"""What a worker keeps in memory between jobs: the base model, the face pack, adapters, and live trainings."""

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from redis import Redis
from sqlmodel import Session, col, select

from core.accounts import SAMPLE_PREFIX
from core.artifacts import Adapter, Embedding
from core.conversation.views import Rules
from core.errors import KeyGone, ModelUnusable
from core.faces import FacePack
from core.families import open_base
from core.families.catalogue import Base, Catalogue, check
from core.families.family import Family
from core.intake import Intake
from core.storage.database import reading
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import Profile, ProfileState, Space, Version, Work

log = logging.getLogger(__name__)

MOST_ADAPTERS = 64  # kept ready beside the base; the one that was used longest ago leaves


@dataclass
class Workshop:
    """Opened once by `worker.py`; the base model and the pack are loaded when they are first needed."""

    studio: Studio
    name: str  # the worker's
    redis: Redis
    catalogue: Catalogue
    device: str
    intake: Intake
    draining: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)
    live: dict[int, Iterator[None]] = field(default_factory=dict)  # trainings by their work's id
    speeds: dict[str, float] = field(default_factory=dict)
    _family: Family | None = None
    _pack: FacePack | None = None
    _adapters: OrderedDict[str, int] = field(default_factory=OrderedDict)  # name -> profile id

    @property
    def base(self) -> Base:
        """The base model's entry in the catalogue; raises `ModelUnusable`."""
        name = self.studio.settings.base
        if name not in self.catalogue.bases:
            raise ModelUnusable(name, "models.toml has no base of this name")
        return self.catalogue.bases[name]

    def may_draw(self, session: Session, work: Work, asked: str | None) -> bool:
        """Whether this base is the one that was asked for, if one was, and the admins of the space let it draw now."""
        base = self.base
        if asked and asked != base.name:
            return False
        space = session.exec(select(Space).where(Space.handle == work.space)).first() if work.space else None
        return space is None or Rules.read(space.rules).allow(base.name, base.content)

    def family(self) -> Family:
        """The resident base model."""
        if self._family is None:
            self._family = open_base(self.base, torch.device(self.device))
            log.info("base %s (%s) on %s", self.base.name, self.base.licence, self.device)
        return self._family

    def pack(self) -> FacePack:
        """The resident face pack."""
        if self._pack is None:
            entry = self.catalogue.packs.get(self.studio.settings.pack)
            if entry is None:
                raise ModelUnusable(self.studio.settings.pack, "models.toml has no pack of this name")
            check(entry)
            self._pack = FacePack.open(entry.path, threads=torch.get_num_threads())
            log.info("face pack %s (%s)", entry.name, entry.licence)
        return self._pack

    def wear(self, profile: Profile, version: Version) -> str:
        """Have a version's adapter ready on the base; answers its name there."""
        name = f"v{version.id}"
        if name not in self._adapters:
            weights = self._weights(profile, version)
            # A base that the configuration has forgotten says nothing: the weights' own shapes decide.
            family = self.catalogue.bases.get(version.base, self.base).family
            adapter = Adapter(profile.method, family, version.base, weights, version.best_step or 0)
            self.family().install(name, adapter)
            self._adapters[name] = profile.id or 0
        self._adapters.move_to_end(name)
        while len(self._adapters) > MOST_ADAPTERS:
            oldest, _ = self._adapters.popitem(last=False)
            self.family().remove(oldest)
        return name

    def _weights(self, profile: Profile, version: Version) -> bytes:
        if version.weights.startswith(SAMPLE_PREFIX):
            sample = version.weights.removeprefix(SAMPLE_PREFIX)
            return (self._samples() / f"{sample}.safetensors").read_bytes()
        key = self.studio.keys.open(profile_key(profile.handle))
        try:
            return self.studio.files.read(version.weights, key)
        except FileNotFoundError:
            raise KeyGone(profile_key(profile.handle)) from None

    def template(self, profile: Profile, version: Version) -> tuple[Embedding, ...]:
        """The photos' faces that the filter compares with; empty when they are gone, and the filter off."""
        if version.weights.startswith(SAMPLE_PREFIX):
            sample = version.weights.removeprefix(SAMPLE_PREFIX)
            return _embeddings((self._samples() / f"{sample}.npy").read_bytes())
        if not version.template:
            return ()
        kept = version.template.split("/")[-1].startswith("template-")
        name = profile_key(profile.handle) if kept else photos_key(profile.handle)
        key = self.studio.keys.find(name)
        if key is None:
            return ()
        try:
            return _embeddings(self.studio.files.read(version.template, key))
        except FileNotFoundError:
            return ()

    def _samples(self) -> Path:
        return self.base.path.parent / "samples"

    def measured(self, what: str, seconds: float) -> None:
        """Note how long something took here, smoothed: what waits are estimated from."""
        before = self.speeds.get(what)
        self.speeds[what] = seconds if before is None else 0.7 * before + 0.3 * seconds

    def forget_deleted(self) -> None:
        """Drop what belongs to profiles that are deleted or being deleted; only between jobs."""
        wanted = set(self._adapters.values())
        if not wanted:
            return
        with reading(self.studio.engine) as session:
            alive = set(
                session.exec(
                    select(Profile.id).where(
                        col(Profile.id).in_(wanted), Profile.state != ProfileState.DELETING
                    )
                )
            )
        for name in [name for name, profile in self._adapters.items() if profile not in alive]:
            del self._adapters[name]
            self.family().remove(name)


def _embeddings(content: bytes) -> tuple[Embedding, ...]:
    return tuple(np.load(io.BytesIO(content), allow_pickle=False))
