"""The bots' door: what people say goes in, and what came of the work they asked for.

Everything that one update does is one transaction: that it was heard, what changed, the credits held, the
work asked for and the replies to deliver. An update that comes twice finds itself in the inbox and does nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from core.accounts import find_account
from core.chat.effects import carry_out
from core.chat.here import space_view
from core.chat.mentions import handles, mentioned, shown_by
from core.chat.outbox import post
from core.chat.scene import Scene
from core.chat.space_views import is_withheld
from core.chat.spaces import find_space, happened, objection, see_member, wants_rank
from core.chat.views import build_view, language_of
from core.chat.work_views import work_view
from core.conversation import phrases
from core.conversation.language import gettext as _, nearest, speaking, spoken
from core.conversation.messages import (
    Chosen,
    Command,
    Drawing,
    Exported,
    Form,
    Happened,
    Heard,
    Learning,
    Looked,
    Opened,
    Photos,
    Reply,
    Say,
    Text,
)
from core.conversation.script import take_turn
from core.errors import OutOfCredits
from core.storage.database import clock, reading, writing
from core.storage.erasing import destroy_keys
from core.storage.studio import Studio
from core.storage.tables import (
    Account,
    Erasure,
    Identity,
    Inbox,
    Profile,
    ProfileState,
    Space,
    Work,
    WorkKind,
)

NEWS_AT_ONCE = 20
PANELS = frozenset({"discord"})  # platforms that show a draft as one message


@dataclass(frozen=True)
class Incoming:
    """One update of a chat platform, translated."""

    platform: str
    source: str  # which bot heard it: `telegram:<bot id>`
    update: int
    user: str
    chat: str
    heard: Heard | Happened
    person: str = ""
    group: bool = False
    space: str = ""  # the platform's name of the group or server that the chat belongs to
    title: str = ""  # what that is called
    topic: str = ""  # the topic or channel in it, as its rules name it; empty: the chat
    aloud: str = ""  # where everybody there can be told something; empty: the chat
    private: str = ""  # where the person can be told something alone; empty: the chat named like the user
    admin: bool | None = False  # of the space; only known when `wants_rank` said that it matters
    language: str = ""  # of the person's client, as the platform names it; empty: not told


def respond(studio: Studio, incoming: Incoming) -> bool:
    """Take one turn; False when this update was heard before."""
    (answer,) = respond_all(studio, [incoming])
    if isinstance(answer, Exception):
        raise answer
    return answer


def respond_all(studio: Studio, batch: Sequence[Incoming]) -> list[bool | Exception]:
    """Take several turns in one transaction, in order; what one of them raises undoes and answers that one alone.

    Syncing to the disk costs as much as a turn, so under load many share one commit.
    """
    answers: list[bool | Exception] = []
    with writing(studio.engine) as session:
        for incoming in batch:
            try:
                with session.begin_nested():
                    answers.append(_respond(studio, session, incoming))
            except OutOfCredits as poor:
                with session.begin_nested():
                    answers.append(_respond_poor(studio, session, incoming, poor))
            except OperationalError:
                raise  # the database itself: nothing of the batch happened
            except Exception as error:
                answers.append(error)
        erasures = session.exec(select(Erasure).where(col(Erasure.keys_gone).is_(False))).all()
    for erasure in erasures:
        destroy_keys(studio, erasure)
    return answers


def _respond(studio: Studio, session: Session, incoming: Incoming) -> bool:
    if not _first_time(session, incoming):
        return False
    if isinstance(incoming.heard, Happened):
        happened(studio, session, incoming, incoming.heard)
        return True
    account, new = find_account(studio, session, incoming.platform, incoming.user)
    if incoming.language:
        account.language = nearest(incoming.language)
    scene = _scene(studio, session, account, incoming)
    works = mentioned(session, account, getattr(incoming.heard, "key", ""))
    person = {"person": incoming.person, "group": incoming.group, "new": new}
    _turns(scene, incoming.heard, person, works)
    return True


def space_event(studio: Studio, platform: str, chat: str, what: Happened) -> None:
    """What is learnt of a space while something is delivered there."""
    space = chat.partition("/")[0]
    incoming = Incoming(platform, platform, 0, "", chat, what, group=True, space=space)
    with writing(studio.engine) as session:
        happened(studio, session, incoming, what)


def _scene(studio: Studio, session: Session, account: Account, incoming: Incoming) -> Scene:
    space = None
    if incoming.space:
        space = find_space(studio, session, incoming.platform, incoming.space, incoming.title)
        space.bot = incoming.source.partition(":")[2]
        see_member(studio, session, space, account, incoming)
    private = incoming.private or incoming.user if incoming.group else incoming.chat
    return Scene(
        studio,
        session,
        account,
        incoming.platform,
        incoming.chat,
        space,
        private,
        incoming.admin,
        incoming.person,
        session.get_one(Identity, (incoming.platform, incoming.user)).home_id,
        incoming.topic or incoming.chat,
    )


def _respond_poor(studio: Studio, session: Session, incoming: Incoming, poor: OutOfCredits) -> bool:
    """Somebody spent the last credits between the question and the answer: say so instead."""
    if not _first_time(session, incoming):
        return False
    account, __ = find_account(studio, session, incoming.platform, incoming.user)
    with speaking(language_of(account)):
        reply = Say(phrases.out_of_credits(poor.unit, poor.balance, poor.needed))
    post(studio, session, account, None, incoming.platform, incoming.chat, (reply,))
    return True


def _turns(scene: Scene, heard: Heard, person: dict[str, object], works: tuple[int, ...] = ()) -> None:
    """One thing heard, and what follows from its effects, until nothing more does.

    `person` says who speaks and where; it is empty for what workers bring.
    """
    aloud = scene.space if person.get("group") or not person else None
    waiting: list[Heard] = [heard]
    while waiting:
        # What is heard may have changed the language.
        with speaking(language_of(scene.account, aloud)):
            waiting += _turn(scene, waiting.pop(0), heard, person, works)


def _turn(
    scene: Scene, now: Heard, first: Heard, person: dict[str, object], works: tuple[int, ...]
) -> list[Heard]:
    """One thing heard, in the language that is spoken; answers what follows from its effects.

    `first` is what was said, from which this followed.
    """
    space = space_view(scene) if scene.space else None
    view = build_view(
        scene.studio,
        scene.session,
        scene.account,
        work_ids=works,
        space=space,
        **person,  # type: ignore[arg-type]  # named above
    )
    view = replace(view, panel=scene.platform in PANELS, language=spoken())
    turn = take_turn(view, now)
    followed = [after for effect in turn.effects if (after := carry_out(scene, effect))]
    if any(isinstance(after, Looked) for after in followed):
        followed = [after for after in followed if not isinstance(after, Opened)]
    about, shows = _about(scene, now), shown_by(scene, now)
    to = (scene.studio, scene.session, scene.account, about, scene.platform)
    # Who gives a command, or opens a draft again, looks at the end of the chat: its message may be far above.
    again = isinstance(first, Command) or (isinstance(first, Chosen) and isinstance(now, Opened))
    post(*to, scene.chat, turn.replies, shows, anew=again)
    post(*to, scene.private or scene.chat, turn.alone)
    return followed


def _about(scene: Scene, heard: Heard) -> Profile | None:
    """The profile whose key seals the replies to this, and with which they are dropped and erased."""
    match heard:
        case Looked(handle) | Opened(handle) | Exported(handle):
            return scene.profile(handle)
        case Learning(work) | Drawing(work):
            usable = scene.usable(work.profile)
            return usable[0] if usable else None
        case Chosen(key):
            named = [scene.profile(handle) for handle in handles(key)]
            return next((profile for profile in named if profile), None)
        case Text() | Photos() | Form():
            return scene.draft()
    return None


def _first_time(session: Session, incoming: Incoming) -> bool:
    """Note the update; False when it was noted before."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"source": incoming.source, "update": incoming.update, "at": clock(session)}
    noted: CursorResult[Any] = session.execute(insert(Inbox).values(**values).on_conflict_do_nothing())  # type: ignore[assignment]  # an insert answers a cursor
    return bool(noted.rowcount)


def pass_over(studio: Studio, incoming: Incoming) -> None:
    """Count an update as heard that cannot be worked with through our fault, and say so to the person."""
    with writing(studio.engine) as session:
        if not _first_time(session, incoming) or isinstance(incoming.heard, Happened):
            return
        account, __ = find_account(studio, session, incoming.platform, incoming.user)
        with speaking(language_of(account)):
            reply = Say(_(phrases.OUR_FAULT))
        post(studio, session, account, None, incoming.platform, incoming.chat, (reply,))


def news(studio: Studio, platform: str) -> int:
    """Let the conversation hear what the workers have done since; answers how much that was."""
    with reading(studio.engine) as session:
        waiting = session.exec(
            select(Work.id)
            .where(Work.platform == platform, col(Work.told) < col(Work.news))
            .order_by(col(Work.id))
            .limit(NEWS_AT_ONCE)
        ).all()
    for work_id in waiting:
        with writing(studio.engine) as session:
            _tell(studio, session, work_id or 0)
    return len(waiting)


def _tell(studio: Studio, session: Session, work_id: int) -> None:
    work = session.get(Work, work_id, with_for_update=True)
    if work is None or work.told >= work.news:
        return
    work.told = work.news
    profile = session.get_one(Profile, work.profile_id)
    if profile.state == ProfileState.DELETING or is_withheld(session, work):
        return
    account = session.get_one(Account, work.account_id, with_for_update=True)
    space = session.exec(select(Space).where(Space.handle == work.space)).first() if work.space else None
    scene = Scene(studio, session, account, work.platform, work.chat, space)
    if work.kind == WorkKind.LOOK:
        _turns(scene, Looked(profile.handle), {})
        return
    with speaking(language_of(account, space)):
        seen = work_view(studio, session, work, profile.handle)
    heard: Heard = Learning(seen) if work.kind == WorkKind.LEARN else Drawing(seen)
    _turns(scene, heard, {})


__all__ = ["Incoming", "Reply", "news", "objection", "respond", "respond_all", "space_event", "wants_rank"]
