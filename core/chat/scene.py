"""Where an effect is carried out: one account, one chat, one transaction."""

from dataclasses import dataclass

from sqlmodel import Session, select

from core.chat.space_views import granted, rules_of
from core.storage import ledger
from core.storage.database import clock, new_handle
from core.storage.studio import Studio
from core.storage.tables import Account, Grant, Member, Profile, ProfileState, Space, Work, WorkKind
from core.storage.work import ask, hold_ref


@dataclass(frozen=True)
class Scene:
    """Where an effect is carried out."""

    studio: Studio
    session: Session
    account: Account
    platform: str
    chat: str
    space: Space | None = None  # the group or server that the chat belongs to
    private: str = ""  # where the person can be told something alone; empty: in the chat itself
    admin: bool | None = False
    person: str = ""
    home: int | None = None  # the account that the speaking identity came with, while it is linked
    topic: str = ""  # the topic or channel of the space

    def profile(self, handle: int) -> Profile | None:
        """The account's own profile of this handle, unless it is being deleted."""
        row = self.session.exec(
            select(Profile).where(Profile.handle == handle, Profile.account_id == self.account.id)
        ).first()
        return row if row and row.state != ProfileState.DELETING else None

    def usable(self, handle: int) -> tuple[Profile, Grant | None] | None:
        """The account's own profile, or one that is shared with the space in which this is said."""
        if own := self.profile(handle):
            return own, None
        member = self.session.get(Member, (self.space.handle, self.account.id)) if self.space else None
        if self.space is None or member is None or not member.here:
            return None
        shared = granted(self.session, self.space)
        return next(((profile, grant) for grant, profile in shared if profile.handle == handle), None)

    def draft(self) -> Profile | None:
        """The draft that is open."""
        return self.session.get(Profile, self.account.draft_id) if self.account.draft_id else None

    def ask(self, kind: WorkKind, profile: Profile, credits_held: int, grant: Grant | None = None) -> Work:
        """Queue work on the profile's current version and hold what it costs; raises `OutOfCredits`."""
        work = ask(
            self.session,
            kind=kind,
            account_id=self.account.id,
            profile_id=profile.id,
            version_id=profile.version_id,
            platform=self.platform,
            chat=self.chat,
            grant_id=grant.id if grant else None,
            space=self.space.handle if self.space else 0,
            count=credits_held,
        )
        unit, ref = hold_ref(work)
        payer, now = self._payer(kind, profile), clock(self.session)
        unlimited = self.studio.settings.unlimited
        ledger.hold(self.session, payer, unit, credits_held, ref, now, unlimited=unlimited)
        return work

    def _payer(self, kind: WorkKind, profile: Profile) -> int:
        """Whose credits the work costs: the speaker's, unless the admins of the space have set otherwise."""
        pays = rules_of(self.space).pays if self.space and kind == WorkKind.DRAW else "asker"
        if pays == "pool":
            return self.pool().id or 0
        return profile.account_id if pays == "owner" else self.account.id or 0

    def pool(self) -> Account:
        """The account that holds what was given to the space."""
        if self.space is None:
            raise LookupError("a pool belongs to a space")
        if self.space.pool_id is None:
            pool = Account(handle=new_handle(), created_at=clock(self.session))
            self.session.add(pool)
            self.session.flush()
            self.space.pool_id = pool.id
        return self.session.get_one(Account, self.space.pool_id)

    def work(self, handle: int) -> Work | None:
        """The account's own work of this handle, or what somebody asked of a profile of its own."""
        found = self.session.exec(select(Work).where(Work.handle == handle)).first()
        if found is None or found.account_id == self.account.id:
            return found
        profile = self.session.get_one(Profile, found.profile_id)
        return found if profile.account_id == self.account.id and found.grant_id else None
