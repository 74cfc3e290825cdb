"""What a drawing was asked for: whether each of its profiles may be drawn now, and what the base is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from core.families.family import DrawRequest, Family, usual_request
from core.families.schedulers import FAST as FAST_SCHEDULER
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.prompts import Prompt, from_record
from core.storage.keys import profile_key
from core.storage.tables import Grant, Profile, ProfileState, Version, Work, WorkState
from core.storage.work import finish
from core.storage.worn_table import worn_by
from core.subjects import FACEID, LORA, STYLE, TEXTUAL_INVERSION, captions_of, stands_for
from core.wording import encode_trigger, is_named, with_trigger

FACEID_CFG = 3.0  # SPEC G4
# A base's own among them, else the first. LCM's is DDIM's with the most noise (Song et al., 2021, "Denoising diffusion
# implicit models", equation 12, all of whose noise is new): of eight people their pictures were 0.52 of the photos'
# likeness by it and 0.45 by the first.
FACEID_SCHEDULERS = ("ddim", "lcm")


@dataclass(frozen=True)
class Shown:
    """A profile that a drawing shows, and how much of it."""

    profile: Profile
    version: Version
    words: Mapping[str, Any]
    strength: float


@dataclass(frozen=True)
class Commission:
    """Everything a drawing needs, read at its start; the first profile is the one that it is of."""

    prompt: Prompt
    seed: int
    shown: tuple[Shown, ...]

    @property
    def subject(self) -> Shown:
        """Whose template and floor judge."""
        return self.shown[0]


def read_commission(workshop: Workshop, slice_: Slice, work: Work) -> Commission | None:
    """What was asked; None when it may not be drawn, which ends the work."""
    studio = workshop.studio
    with slice_.writing() as (session, row):
        subject = session.get_one(Profile, row.profile_id)
        asked_under = [(row.profile_id, row.grant_id)]
        asked_under += [(worn.profile_id, worn.grant_id) for worn in worn_by(session, row.id)]
        found = [_may_show(session, row, profile, grant) for profile, grant in asked_under]
        refused = next((one for one in found if isinstance(one, str)), "")
        usable = [one for one in found if not isinstance(one, str)]
        asked = (
            {} if refused else studio.unseal(profile_key(subject.handle), row.sealed, f"work-{row.handle}")
        )
        if not refused and not workshop.may_draw(session, row, asked["base"]):
            refused = "base_refused"
        if refused:
            finish(session, row, WorkState.FAILED, used=0, reason=refused)
            return None
        prompt = from_record(asked)
        strengths = {tag.profile: tag.strength for tag in prompt.tags}
        shown = tuple(
            Shown(
                profile, version, words_of(workshop, profile), strengths.get(profile.handle, version.strength)
            )
            for profile, version in usable
        )
    return Commission(prompt, asked["seed"], shown)


def _may_show(
    session: Session, work: Work, profile_id: int, grant_id: int | None
) -> tuple[Profile, Version] | str:
    """A profile with its version, or why it is not drawn: each must pass what one alone must."""
    profile = session.get(Profile, profile_id)
    grant = session.get(Grant, grant_id) if grant_id else None
    if grant_id and (grant is None or grant.ended_at is not None):
        return "revoked"
    if profile is None or (grant is None and profile.account_id != work.account_id):
        return "not_ready"
    if profile.consent == "withdrawn":
        return "consent_withdrawn"
    version = session.get(Version, profile.version_id) if profile.version_id else None
    if profile.state != ProfileState.TRAINED or version is None or not version.weights:
        return "not_ready"
    return profile, version


def words_of(workshop: Workshop, profile: Profile) -> Mapping[str, Any]:
    """What only the profile's key opens: its name, trigger and class word."""
    words: dict[str, Any] = workshop.studio.unseal(
        profile_key(profile.handle), profile.sealed, f"profile-{profile.handle}"
    )
    return words


def request_of(workshop: Workshop, family: Family, commission: Commission) -> DrawRequest:
    """The prompt with what its triggers stand for, everything that is worn, and the person's settings."""
    prompt = commission.prompt
    names = {workshop.wear(one.profile, one.version, family): one for one in commission.shown}
    request = usual_request(
        family,
        _text(family, prompt, names),
        {name: one.strength for name, one in names.items()},
        fast=prompt.fast,
    )
    if any(one.profile.method == FACEID for one in commission.shown):
        request = replace(request, cfg=FACEID_CFG, scheduler=faceid_scheduler(request.scheduler))
    own = commission.subject.version.cfg
    if own is not None and not prompt.fast:
        request = replace(request, cfg=own)
    width, height = _size(family.size, family.factor, prompt.aspect)
    return replace(
        request,
        negative=prompt.negative,
        steps=prompt.steps or request.steps,
        cfg=request.cfg if prompt.cfg is None else prompt.cfg,
        scheduler=prompt.sampler or request.scheduler,
        width=width,
        height=height,
    )


def faceid_scheduler(usual: str) -> str:
    """The sampler that a face is drawn with on a base whose own is this one."""
    return usual if usual in FACEID_SCHEDULERS else FACEID_SCHEDULERS[0]


def _text(family: Family, prompt: Prompt, names: Mapping[str, Shown]) -> str:
    subject, *others = names.values()
    caption = captions_of(subject.profile.method, subject.profile.kind)[0]  # as training said it
    text = with_trigger(prompt.text, subject.words["trigger"], caption)
    for other in others:
        # A style and learnt words do their work by standing in the prompt; a character's changes do theirs unnamed.
        stands = other.profile.kind == STYLE or other.profile.method == TEXTUAL_INVERSION
        if stands and not is_named(text, other.words["trigger"]):
            text = f"{text}, {other.words['trigger']}"
    for name, one in names.items():
        text = encode_trigger(text, one.words["trigger"], _stands_for(family, name, one))
    return text


def _stands_for(family: Family, name: str, shown: Shown) -> str:
    """What a profile's trigger means to the base: what its training bound the subject to."""
    method, own = shown.profile.method, shown.words.get("stands_for")
    if own and method == LORA:
        return str(own)  # a file from elsewhere was bound to words of its own
    word = "style" if shown.profile.kind == STYLE else str(shown.words["class_word"])
    return stands_for(method, token=family.base.instance_tokens[0], class_word=word, word=name)


def _size(side: int, factor: int, aspect: tuple[int, int]) -> tuple[int, int]:
    """The size of about the base's own area with this aspect, in whole latents a model can halve twice."""
    grid = factor * 4
    ratio = (aspect[0] / aspect[1]) ** 0.5
    return (max(grid, round(side * ratio / grid) * grid), max(grid, round(side / ratio / grid) * grid))


def told(family: Family, request: DrawRequest, seed: int) -> dict[str, str]:
    """The settings that a picture is drawn with, to be shown under it."""
    return {
        "base": family.base.name,
        "sampler": FAST_SCHEDULER if request.fast else request.scheduler,
        "steps": str(request.steps),
        "cfg": "1" if request.fast else f"{request.cfg:g}",
        "seed": str(seed),
    }
