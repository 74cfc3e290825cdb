"""Where an effect is carried out: one account, one chat, one transaction."""

from dataclasses import dataclass

from sqlmodel import Session, select

from core.storage import ledger
from core.storage.database import clock
from core.storage.studio import Studio
from core.storage.tables import Account, Profile, ProfileState, Work, WorkKind
from core.storage.work import ask, hold_ref


@dataclass(frozen=True)
class Scene:
    """Where an effect is carried out."""

    studio: Studio
    session: Session
    account: Account
    platform: str
    chat: str

    def profile(self, handle: int) -> Profile | None:
        """The account's own profile of this handle, unless it is being deleted."""
        row = self.session.exec(
            select(Profile).where(Profile.handle == handle, Profile.account_id == self.account.id)
        ).first()
        return row if row and row.state != ProfileState.DELETING else None

    def draft(self) -> Profile | None:
        """The draft that is open."""
        return self.session.get(Profile, self.account.draft_id) if self.account.draft_id else None

    def ask(self, kind: WorkKind, profile: Profile, credits_held: int) -> Work:
        """Queue work on the profile's current version and hold what it costs; raises `OutOfCredits`."""
        work = ask(
            self.session,
            kind=kind,
            account_id=self.account.id,
            profile_id=profile.id,
            version_id=profile.version_id,
            platform=self.platform,
            chat=self.chat,
        )
        unit, ref = hold_ref(work)
        account, now = self.account.id or 0, clock(self.session)
        unlimited = self.studio.settings.unlimited
        ledger.hold(self.session, account, unit, credits_held, ref, now, unlimited=unlimited)
        return work

    def work(self, handle: int) -> Work | None:
        """The account's own work of this handle."""
        return self.session.exec(
            select(Work).where(Work.handle == handle, Work.account_id == self.account.id)
        ).first()
