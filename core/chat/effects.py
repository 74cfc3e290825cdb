"""Carrying out what the conversation wants done; every function runs inside the turn's transaction."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from sqlmodel import col, select

from core.chat import captions, drafts, exchange, forgetting, imports, links, versions
from core.chat.outbox import post
from core.chat.scene import Scene
from core.chat.space_views import granted, title_of, with_rule
from core.chat.spaces import end_grants
from core.chat.views import language_of, profile_view
from core.chat.work_views import work_view
from core.conversation import sharing_phrases
from core.conversation.effects import (
    AddPhotos,
    Confirm,
    ConfirmLink,
    Delete,
    DeletePhotos,
    Describe,
    Draw,
    DrawAgain,
    DropImport,
    Effect,
    EnterLink,
    Export,
    FillPool,
    Forget,
    IssueLink,
    KeepPhoto,
    LearnSubject,
    OpenDraft,
    OpenImport,
    OpenSupport,
    PutAside,
    RefuseLink,
    Relearn,
    Revoke,
    Select,
    SetConsent,
    SetLanguage,
    SetRule,
    Share,
    StopWork,
    TakeIn,
    UndoPhotos,
    Unlink,
    WantClass,
)
from core.conversation.language import speaking
from core.conversation.messages import Command, Drawing, Heard, Say
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
from core.prompts import Prompt, from_record
from core.storage import ledger
from core.storage.database import clock, new_handle
from core.storage.erasing import Notice, begin_deletion, begin_photo_deletion
from core.storage.keys import profile_key
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Grant,
    Member,
    Profile,
    ProfileState,
    Space,
    Version,
    Work,
    WorkKind,
    Worn,
)
from core.storage.versions import end_badly
from core.storage.work import take_away
from core.storage.worn_table import wearing


def carry_out(scene: Scene, effect: Effect) -> Heard | None:
    """Do one thing; what came of it is heard by the conversation in the same turn."""
    return _DOERS[type(effect)](scene, effect)


def _draw(scene: Scene, effect: Draw) -> Heard | None:
    return _ask_drawing(scene, effect.profile, effect.prompt)


def _ask_drawing(scene: Scene, handle: int, prompt: Prompt) -> Heard | None:
    usable = scene.usable(handle)
    others = [scene.usable(tag.profile) for tag in prompt.tags if tag.profile != handle]
    worn = [one for one in others if one]
    if usable is None or len(worn) < len(others):
        return None
    profile, grant = usable
    session, studio = scene.session, scene.studio
    work = scene.ask(WorkKind.DRAW, profile, prompt.count, grant)
    for other, under in worn:
        session.add(
            Worn(work_id=work.id or 0, profile_id=other.id or 0, grant_id=under.id if under else None)
        )
    asked = asdict(replace(prompt, seed=secrets.randbits(32) if prompt.seed is None else prompt.seed))
    work.sealed = studio.seal(profile_key(handle), asked, f"work-{work.handle}")
    session.flush()
    return Drawing(work_view(studio, session, work, handle))


def _draw_again(scene: Scene, effect: DrawAgain) -> Heard | None:
    before = scene.work(effect.work)
    profile = scene.session.get(Profile, before.profile_id) if before else None
    if before is None or profile is None:
        return None
    asked = scene.studio.unseal(profile_key(profile.handle), before.sealed, f"work-{before.handle}")
    return _ask_drawing(scene, profile.handle, replace(from_record(asked), seed=None))


def _stop_work(scene: Scene, effect: StopWork) -> Heard | None:
    work = scene.work(effect.work)
    if work is None or work.state not in OPEN_WORK:
        return None
    profile = scene.session.get_one(Profile, work.profile_id)
    if effect.keep:
        work.cancel = "keep"
        return None
    take_away(scene.session, work, "")
    if work.kind == WorkKind.LEARN:
        end_badly(scene.session, profile, ProfileState.CANCELLED)
        if profile.retention in ("delete", "template"):
            begin_photo_deletion(scene.session, scene.studio, profile)
    return None


def _select(scene: Scene, effect: Select) -> None:
    if profile := scene.profile(effect.profile):
        scene.account.current_id = profile.id


def _delete(scene: Scene, effect: Delete) -> None:
    if profile := scene.profile(effect.profile):
        shared = select(Grant).where(Grant.profile_id == profile.id, col(Grant.ended_at).is_(None))
        end_grants(
            scene.studio, scene.session, scene.session.exec(shared).all(), sharing_phrases.NOT_DELIVERED
        )
        notice = Notice(scene.platform, scene.chat, effect.done)
        begin_deletion(scene.session, scene.studio, profile, notice)


def _delete_photos(scene: Scene, effect: DeletePhotos) -> None:
    if profile := scene.profile(effect.profile):
        notice = Notice(scene.platform, scene.chat, effect.done)
        begin_photo_deletion(scene.session, scene.studio, profile, notice)


def _set_consent(scene: Scene, effect: SetConsent) -> None:
    profile = scene.profile(effect.profile)
    if profile is None:
        return
    profile.consent, profile.consent_at = effect.consent, clock(scene.session)
    if effect.consent == "withdrawn":
        for work in scene.session.exec(
            select(Work).where(
                (col(Work.profile_id) == profile.id) | wearing(Work.id, profile.id),
                col(Work.state).in_(OPEN_WORK),
            )
        ):
            take_away(scene.session, work, "")


def _open_support(scene: Scene, effect: OpenSupport) -> None:
    if profile := scene.profile(effect.profile):
        profile.support_until = clock(scene.session) + effect.hours * 3600 if effect.hours else 0.0


def _share(scene: Scene, effect: Share) -> None:
    profile = scene.profile(effect.profile)
    space = scene.session.exec(select(Space).where(Space.handle == effect.space)).first()
    member = scene.session.get(Member, (effect.space, scene.account.id))
    if profile is None or space is None or member is None or not member.here:
        return
    shared = select(Grant.id).where(
        Grant.profile_id == profile.id, Grant.space == space.handle, col(Grant.ended_at).is_(None)
    )
    if scene.session.exec(shared).first() or profile.state != ProfileState.TRAINED:
        return
    now = clock(scene.session)
    scene.session.add(
        Grant(handle=new_handle(), profile_id=profile.id or 0, space=space.handle, given_at=now)
    )
    scene.session.flush()
    version = scene.session.get(Version, profile.version_id) if profile.version_id else None
    seen = profile_view(scene.studio, scene.session, profile, version, now, with_photos=False)
    with speaking(language_of(scene.account, space)):
        said = (Say(sharing_phrases.announced(scene.person, seen)),)
    post(scene.studio, scene.session, scene.account, profile, space.platform, member.chat, said)


def _revoke(scene: Scene, effect: Revoke) -> None:
    grant = scene.session.exec(
        select(Grant)
        .join(Profile, col(Profile.id) == col(Grant.profile_id))
        .where(
            Grant.handle == effect.grant,
            col(Grant.ended_at).is_(None),
            Profile.account_id == scene.account.id,
        )
        .with_for_update()
    ).first()
    if grant:
        end_grants(scene.studio, scene.session, [grant], sharing_phrases.NOT_DELIVERED)


def _set_rule(scene: Scene, effect: SetRule) -> Heard | None:
    if scene.space is None or not scene.admin:
        return None
    scene.space.rules = with_rule(scene.space, effect.field, effect.value)
    scene.session.flush()
    if (effect.field, effect.value) == ("pays", "owner"):
        _tell_owners(scene, scene.space)
    return Command("settings")


def _tell_owners(scene: Scene, space: Space) -> None:
    """Say to those who share in a space that pictures are paid with their credits from now on."""
    title = title_of(scene.studio, space)
    for _, profile in granted(scene.session, space):
        owner = scene.session.get_one(Account, profile.account_id)
        member = scene.session.get(Member, (space.handle, owner.id))
        if member and member.private:
            with speaking(language_of(owner)):
                said = (Say(sharing_phrases.owners_pay(title), slot=f"owners-pay-{space.handle}"),)
            post(scene.studio, scene.session, owner, None, scene.platform, member.private, said)


def _set_language(scene: Scene, effect: SetLanguage) -> None:
    scene.account.chosen_language = effect.language


def _fill_pool(scene: Scene, effect: FillPool) -> None:
    if scene.space is None:
        return
    unit, now = ledger.PICTURE, clock(scene.session)
    ledger.move(scene.session, scene.account.id or 0, scene.pool().id or 0, unit, effect.amount, now)


_DOERS: dict[type, Callable[[Scene, Any], Heard | None]] = {
    OpenDraft: drafts.open_draft,
    Describe: drafts.describe,
    AddPhotos: drafts.add_photos,
    KeepPhoto: drafts.keep_photo,
    **captions.DOERS,
    LearnSubject: drafts.learn_subject,
    UndoPhotos: drafts.undo_photos,
    Confirm: drafts.confirm,
    Relearn: drafts.relearn,
    TrainOn: versions.train_on,
    Reopen: versions.reopen,
    UseVersion: versions.use_version,
    DeleteVersion: versions.delete_version,
    UseStep: versions.use_step,
    UseCfg: versions.use_cfg,
    UseStrength: versions.use_strength,
    DrawGrid: versions.draw_grid,
    OpenImport: imports.open_import,
    DropImport: imports.drop_import,
    TakeIn: imports.take_in,
    PutAside: drafts.put_aside,
    WantClass: drafts.want_class,
    Draw: _draw,
    DrawAgain: _draw_again,
    StopWork: _stop_work,
    Select: _select,
    Delete: _delete,
    Forget: forgetting.forget,
    DeletePhotos: _delete_photos,
    Export: exchange.export,
    SetConsent: _set_consent,
    OpenSupport: _open_support,
    Share: _share,
    Revoke: _revoke,
    SetRule: _set_rule,
    SetLanguage: _set_language,
    FillPool: _fill_pool,
    IssueLink: links.issue,
    EnterLink: links.enter,
    ConfirmLink: links.confirm,
    RefuseLink: links.refuse,
    Unlink: links.unlink,
}
