"""What is known of spaces: titles, names, rules, what is granted, who used it."""

import json
from dataclasses import asdict

from sqlmodel import Session, col, func, select

from core.conversation.views import GrantView, Rules
from core.errors import KeyGone
from core.storage.database import clock
from core.storage.keys import space_key
from core.storage.studio import Studio
from core.storage.tables import (
    Account,
    Grant,
    Member,
    Profile,
    ProfileState,
    Space,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.worn_table import wearing_under, worn_by

DAY_SECONDS = 24 * 3600.0


def known_space(session: Session, platform: str, chat: str) -> Space | None:
    """The space that a platform calls so; None where nothing was heard yet."""
    return session.exec(select(Space).where(Space.platform == platform, Space.chat == chat)).first()


def rules_of(space: Space) -> Rules:
    """What the admins have set."""
    return Rules.read(space.rules)


def with_rule(space: Space, field: str, value: str) -> str:
    """The rules with one of them changed, as they are stored."""
    return json.dumps({**asdict(rules_of(space)), field: int(value) if field == "quota" else value})


def title_of(studio: Studio, space: Space) -> str:
    """What the space is called."""
    try:
        body = studio.unseal(space_key(space.handle), space.sealed, f"space-{space.handle}")
    except KeyGone:
        return ""
    return str(body["title"])


def name_of(studio: Studio, member: Member) -> str:
    """What a member is called."""
    if not member.sealed:
        return ""
    try:
        body = studio.unseal(space_key(member.space), member.sealed, f"member-{member.space}")
    except KeyGone:
        return ""
    return str(body["name"])


def granted(session: Session, space: Space) -> list[tuple[Grant, Profile]]:
    """What the space may use at this moment, in the order in which it was shared."""
    rows = session.exec(
        select(Grant, Profile)
        .join(Profile, col(Profile.id) == col(Grant.profile_id))
        .where(
            Grant.space == space.handle,
            col(Grant.ended_at).is_(None),
            Profile.state != ProfileState.DELETING,
        )
        .order_by(col(Grant.id))
    ).all()
    return list(rows)


def is_over(session: Session, grant_id: int | None) -> bool:
    """Whether this was asked for under a grant that has ended."""
    if grant_id is None:
        return False
    grant = session.get(Grant, grant_id, populate_existing=True)
    return grant is None or grant.ended_at is not None


def is_withheld(session: Session, work: Work) -> bool:
    """Whether something of what a drawing shows was asked for under a grant that has ended."""
    return any(is_over(session, grant) for grant in grants_of_work(session, work.grant_id, work.id))


def grants_of_work(session: Session, first: int | None, work_id: int | None) -> tuple[int, ...]:
    """Every grant under which a drawing was asked for: `first`, that of the profile it is of, and those it wears."""
    worn = [one.grant_id for one in worn_by(session, work_id)] if work_id is not None else []
    return tuple(grant for grant in (first, *worn) if grant is not None)


def unshared(session: Session, work: Work) -> list[int]:
    """The profiles that a drawing shows and that were the asker's own."""
    shows = [(work.profile_id, work.grant_id)]
    shows += [(one.profile_id, one.grant_id) for one in worn_by(session, work.id)]
    return [profile for profile, grant in shows if grant is None]


def asked_today(session: Session, space: Space, account_id: int) -> int:
    """Pictures that a member asked for in the space since a day; what was cancelled or failed does not count."""
    over = (WorkState.CANCELLED, WorkState.FAILED)
    return int(
        session.exec(
            select(func.coalesce(func.sum(Work.count), 0)).where(
                Work.space == space.handle,
                Work.account_id == account_id,
                Work.kind == WorkKind.DRAW,
                col(Work.asked_at) > clock(session) - DAY_SECONDS,
                col(Work.state).not_in(over),
            )
        ).one()
    )


def spaces_of(studio: Studio, session: Session, account: Account) -> tuple[tuple[int, str], ...]:
    """The spaces in which an account was seen and which it has not left."""
    rows = session.exec(
        select(Space)
        .join(Member, col(Member.space) == col(Space.handle))
        .where(Member.account_id == account.id, col(Member.here))
        .order_by(col(Space.id))
    ).all()
    return tuple((space.handle, title_of(studio, space)) for space in rows)


def grants_of(studio: Studio, session: Session, profiles: dict[int | None, int]) -> tuple[GrantView, ...]:
    """Where an account's profiles (row id: handle) are shared, and who used them there."""
    rows = session.exec(
        select(Grant, Space)
        .join(Space, col(Space.handle) == col(Grant.space))
        .where(col(Grant.profile_id).in_(list(profiles)), col(Grant.ended_at).is_(None))
        .order_by(col(Grant.id))
    ).all()
    return tuple(
        GrantView(
            handle=grant.handle,
            profile=profiles[grant.profile_id],
            space=space.handle,
            title=title_of(studio, space),
            users=_users(studio, session, grant),
        )
        for grant, space in rows
    )


def _users(studio: Studio, session: Session, grant: Grant) -> tuple[tuple[str, int, int], ...]:
    used = session.exec(
        select(Work.account_id, func.count(), func.coalesce(func.sum(Work.count), 0))
        .where(
            (col(Work.grant_id) == grant.id) | wearing_under(Work.id, [grant.id]),
            Work.state == WorkState.SUCCEEDED,
        )
        .group_by(col(Work.account_id))
        .order_by(func.count().desc(), col(Work.account_id))
    ).all()
    users = []
    for account, times, pictures in used:
        member = session.get(Member, (grant.space, account))
        users.append((name_of(studio, member) if member else "", int(times), int(pictures)))
    return tuple(users)
