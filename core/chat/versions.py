"""Effects on the versions of a profile that has been trained."""

import json
import secrets

from sqlmodel import select

from core.chat.drafts import learnable, queue
from core.chat.scene import Scene
from core.chat.work_views import work_view
from core.conversation.messages import Drawing, Heard, Learning, Opened
from core.conversation.version_effects import (
    DeleteVersion,
    DrawGrid,
    Reopen,
    TrainOn,
    UseCfg,
    UseStep,
    UseStrength,
    UseVersion,
)
from core.storage.keys import profile_key
from core.storage.tables import Checkpoint, Profile, ProfileState, Version, WorkKind
from core.storage.versions import choose_step, discard_version, numbered

SLOWER = 0.5  # times the rate of the training that is gone on from


def train_on(scene: Scene, effect: TrainOn) -> Heard | None:
    """Queue a version that begins where the current one was kept."""
    profile, version = _trained(scene, effect.profile)
    if profile is None or version is None or not version.best_step or not learnable(scene, profile):
        return None
    work = queue(
        scene,
        profile,
        plan=json.dumps({**json.loads(version.plan or "{}"), "steps": effect.steps, "slower": SLOWER}),
        origin_id=version.id,
        origin_step=version.best_step,
    )
    return Learning(work_view(scene.studio, scene.session, work, profile.handle))


def reopen(scene: Scene, effect: Reopen) -> Heard | None:
    """Let the set of photos be changed; the profile draws as before until it is trained again."""
    profile, version = _trained(scene, effect.profile)
    if profile is None or version is None or not learnable(scene, profile):
        return None
    profile.photos_done = False
    scene.account.draft_id = profile.id
    scene.session.flush()
    return Opened(profile.handle)


def use_version(scene: Scene, effect: UseVersion) -> None:
    """Let another version be the one that is drawn with."""
    profile, _ = _trained(scene, effect.profile)
    chosen = numbered(scene.session, profile, effect.number) if profile else None
    if profile and chosen:
        profile.version_id = chosen.id


def delete_version(scene: Scene, effect: DeleteVersion) -> None:
    """Delete a version for ever."""
    profile, current = _trained(scene, effect.profile)
    chosen = numbered(scene.session, profile, effect.number) if profile else None
    if chosen and current and chosen.id != current.id:
        discard_version(scene.session, chosen)


def use_step(scene: Scene, effect: UseStep) -> None:
    """Let another checkpoint of the current version be what it is."""
    _, version = _trained(scene, effect.profile)
    if version is None:
        return
    checkpoint = scene.session.exec(
        select(Checkpoint).where(Checkpoint.version_id == version.id, Checkpoint.step == effect.step)
    ).first()
    if checkpoint:
        choose_step(version, checkpoint)


def use_cfg(scene: Scene, effect: UseCfg) -> None:
    """Let prompts of the current version be followed so strongly."""
    _, version = _trained(scene, effect.profile)
    if version:
        version.cfg = effect.cfg


def use_strength(scene: Scene, effect: UseStrength) -> None:
    """Let the current version be worn with this strength."""
    _, version = _trained(scene, effect.profile)
    if version:
        version.strength = effect.strength


def draw_grid(scene: Scene, effect: DrawGrid) -> Heard | None:
    """Queue a grid; it costs nothing, whoever pays for pictures here."""
    profile, _ = _trained(scene, effect.profile)
    if profile is None:
        return None
    work = scene.ask(WorkKind.DRAW, profile, 0)
    asked = {"grid": effect.axis, "seed": secrets.randbits(32), "base": None, "count": 0}
    work.sealed = scene.studio.seal(profile_key(profile.handle), asked, f"work-{work.handle}")
    scene.session.flush()
    return Drawing(work_view(scene.studio, scene.session, work, profile.handle))


def _trained(scene: Scene, handle: int) -> tuple[Profile | None, Version | None]:
    """The account's own profile and its current version, while it is trained and not being trained again."""
    profile = scene.profile(handle)
    if profile is None or profile.state != ProfileState.TRAINED or profile.sample or not profile.version_id:
        return None, None
    return profile, scene.session.get_one(Version, profile.version_id)
