"""What a worker keeps in memory between jobs: the base model, the face pack, adapters, and live trainings."""

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from redis import Redis
from sqlmodel import Session, col, select

from core.accounts import SAMPLE_PREFIX
from core.artifacts import Adapter, Embedding, Pixels
from core.assessment.fidelity import Fidelity, open_scorer
from core.captioning.captioner import Describer, open_captioner
from core.conversation.views import Rules
from core.curation.embedding import Embedder
from core.curation.upscaling import Upscaler
from core.errors import KeyGone, ModelUnusable
from core.faces import FacePack
from core.families import open_base
from core.families.catalogue import Base, Catalogue, check, is_usable
from core.families.family import Family
from core.intake import Intake
from core.storage.database import reading
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import Profile, ProfileState, Space, Version, Work
from core.subjects import FACEID, LORA, TEXTUAL_INVERSION

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
    _families: dict[str, Family] = field(default_factory=dict)  # the usual base and at most one other
    _pack: FacePack | None = None
    _scoring_pack: FacePack | None = None
    _fidelity: Fidelity | None = None
    _captioner: Describer | None = None
    _uncaptioned: bool = False  # the captioner could not be loaded, which was said
    _embedder: Embedder | None = None
    _upscaler: Upscaler | None = None
    # By base and by the name there: the profile's id.
    _adapters: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)

    @property
    def base(self) -> Base:
        """The base model's entry in the catalogue; raises `ModelUnusable`."""
        name = self.studio.settings.base
        if name not in self.catalogue.bases:
            raise ModelUnusable(name, "models.toml has no base of this name")
        return self.catalogue.bases[name]

    def named(self, name: str | None) -> Base | None:
        """The base of this name that draws here, or the usual one without a name; None if there is none."""
        if not name or name == self.base.name:
            return self.base
        return next((base for base in self.others() if base.name == name), None)

    def others(self) -> list[Base]:
        """The other bases that what was learnt here is drawn with: of the same family, and present."""
        return [
            base
            for base in self.catalogue.bases.values()
            if base.family == self.base.family and base.name != self.base.name and is_usable(base)
        ]

    def may_draw(self, session: Session, work: Work, asked: str | None) -> bool:
        """Whether this base is the one that was asked for, if one was, and the admins of the space let it draw now."""
        base = self.named(asked)
        if base is None:
            return False
        space = session.exec(select(Space).where(Space.handle == work.space)).first() if work.space else None
        return space is None or Rules.read(space.rules).allow(base.name, base.content)

    def family(self, base: Base | None = None) -> Family:
        """The usual base model, which stays, or another one, which stays until yet another is asked for."""
        base = base or self.base
        if base.name not in self._families:
            for other in self._families.keys() - {base.name, self.base.name}:
                self._let_go(other)
            self._families[base.name] = open_base(base, torch.device(self.device))
            log.info("base %s (%s) on %s", base.name, base.licence, self.device)
        return self._families[base.name]

    def _let_go(self, base: str) -> None:
        del self._families[base]
        for key in [key for key in self._adapters if key[0] == base]:
            del self._adapters[key]

    def methods(self) -> frozenset[str]:
        """By which methods the base can learn: what its entry promises, until it is loaded."""
        loaded = self._families.get(self.base.name)
        if loaded is not None:
            return loaded.methods()
        return frozenset({LORA, TEXTUAL_INVERSION} | ({FACEID} if self.base.faceid else set()))

    def pack(self) -> FacePack:
        """The resident face pack."""
        if self._pack is None:
            self._pack = self._opened(self.studio.settings.pack)
        return self._pack

    def _opened(self, name: str) -> FacePack:
        entry = self.catalogue.packs.get(name)
        if entry is None:
            raise ModelUnusable(name, "models.toml has no pack of this name")
        check(entry)
        log.info("face pack %s (%s)", entry.name, entry.licence)
        return FacePack.open(entry.path, threads=torch.get_num_threads(), landmarks=entry.landmarks)

    def scoring_pack(self) -> FacePack:
        """The face pack that scores checkpoints: not the one that filters, where two are configured (SPEC S5)."""
        name = self.studio.settings.scoring_pack
        if not name or name == self.studio.settings.pack:
            return self.pack()
        if self._scoring_pack is None:
            self._scoring_pack = self._opened(name)
        return self._scoring_pack

    def embedded(self, photos: Sequence[Pixels], faces: Sequence[Embedding]) -> Sequence[Embedding]:
        """A subject's faces as the scoring pack sees them; `faces` as the filtering pack does, empty without any."""
        pack = self.scoring_pack()
        if not faces or pack is self.pack():
            return faces
        return [found[0].embedding for photo in photos if (found := pack.faces_in(photo))]

    def upscaler(self) -> Upscaler | None:
        """What makes parts of photos larger, if anything is configured."""
        name = self.studio.settings.upscaler
        if name and self._upscaler is None:
            if name not in self.catalogue.upscalers:
                raise ModelUnusable(name, "models.toml has no upscaler of this name")
            entry = self.catalogue.upscalers[name]
            check(entry)
            self._upscaler = Upscaler.open(name, entry.file(entry.model))
        return self._upscaler

    def fidelity(self) -> Fidelity | None:
        """The judge of prompts, if one is configured that knows what the base draws."""
        name, listed = self.studio.settings.scorer, self.catalogue.scorers
        # A models.toml from before there were scorers lists none.
        if name and listed and self._fidelity is None:
            if name not in listed:
                raise ModelUnusable(name, "models.toml has no scorer of this name")
            if listed[name].content not in ("", self.base.content):
                return None
            self._fidelity = open_scorer(listed[name])
        return self._fidelity

    def captioner(self) -> Describer | None:
        """Who says what is on photos, loaded when first needed; None without one, which is logged once."""
        if self._captioner is None and self.studio.settings.captioner and not self._uncaptioned:
            try:
                self._captioner = self._open_captioner(self.studio.settings.captioner)
            except ModelUnusable as unusable:
                log.warning("photos get plain captions: %s", unusable)
                self._uncaptioned = True
        return self._captioner

    def _open_captioner(self, name: str) -> Describer:
        if name not in self.catalogue.captioners:
            raise ModelUnusable(name, "models.toml has no captioner of this name")
        entry = self.catalogue.captioners[name]
        if entry.content not in ("", self.base.content):
            reason = f"it knows {entry.content} photos only, and {self.base.name} is {self.base.content}"
            raise ModelUnusable(name, reason)
        captioner = open_captioner(entry, torch.device(self.device))
        log.info("captioner %s (%s)", entry.name, entry.licence)
        return captioner

    def embedder(self) -> Embedder | None:
        """What tells subjects without a face apart, if it is configured."""
        name, listed = self.studio.settings.embedder, self.catalogue.embedders
        # A models.toml from before there were embedders lists none.
        if name and listed and self._embedder is None:
            if name not in listed:
                raise ModelUnusable(name, "models.toml has no embedder of this name")
            entry = listed[name]
            check(entry)
            log.info("embedder %s (%s)", entry.name, entry.licence)
            self._embedder = Embedder.open(entry.path)
        return self._embedder

    def wear(self, profile: Profile, version: Version, family: Family | None = None) -> str:
        """Have a version's adapter ready on a base, the usual one unless it is said; answers its name there."""
        family, name = family or self.family(), f"v{version.id}-{version.best_step or 0}"
        key = (family.base.name, name)
        if key not in self._adapters:
            weights = self._weights(profile, version)
            # A base that the configuration has forgotten says nothing: the weights' own shapes decide.
            of = self.catalogue.bases.get(version.base, self.base).family
            family.install(name, Adapter(profile.method, of, version.base, weights, version.best_step or 0))
            self._adapters[key] = profile.id or 0
        self._adapters.move_to_end(key)
        while len(self._adapters) > MOST_ADAPTERS:
            (base, oldest), _ = self._adapters.popitem(last=False)
            self._families[base].remove(oldest)
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
        for base, name in [key for key, profile in self._adapters.items() if profile not in alive]:
            del self._adapters[base, name]
            self._families[base].remove(name)


def _embeddings(content: bytes) -> tuple[Embedding, ...]:
    return tuple(np.load(io.BytesIO(content), allow_pickle=False))
