"""Where an effect is carried out: one account, one chat, one transaction."""

from dataclasses import dataclass

from sqlmodel import Session, select

from core.storage.studio import Studio
from core.storage.tables import Account, Profile, ProfileState, Work


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

    def work(self, handle: int) -> Work | None:
        """The account's own work of this handle."""
        return self.session.exec(
            select(Work).where(Work.handle == handle, Work.account_id == self.account.id)
        ).first()
