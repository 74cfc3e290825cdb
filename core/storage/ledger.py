"""Credits: a ledger of grants, holds, settlements and gifts (SPEC A1).

A hold of n is taken when something is queued; one settlement per hold captures what was used and gives back
the rest; a refund gives back what was captured. The unique (kind, unit, ref) makes each of them happen once.
"""

from sqlmodel import Session, func, select

from core.errors import OutOfCredits
from core.storage.database import new_handle
from core.storage.tables import Account, LedgerEntry

PICTURE, TRAINING = "picture", "training"


def balance(session: Session, account_id: int, unit: str) -> int:
    """Credits left, holds taken off."""
    total = session.exec(
        select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
            LedgerEntry.account_id == account_id, LedgerEntry.unit == unit
        )
    ).one()
    return int(total)


def grant(session: Session, account_id: int, unit: str, amount: int, ref: str, now: float) -> None:
    """Give credits."""
    session.add(LedgerEntry(account_id=account_id, unit=unit, kind="grant", amount=amount, ref=ref, at=now))


def hold(
    session: Session, account_id: int, unit: str, amount: int, ref: str, now: float, *, unlimited: bool
) -> None:
    """Set credits aside for what is being queued; raises `OutOfCredits`."""
    session.get_one(Account, account_id, with_for_update=True)
    left = balance(session, account_id, unit)
    if left < amount and not unlimited:
        raise OutOfCredits(unit, left, amount)
    session.add(LedgerEntry(account_id=account_id, unit=unit, kind="hold", amount=-amount, ref=ref, at=now))


def move(session: Session, giver: int, taker: int, unit: str, amount: int, now: float) -> None:
    """Take credits from one account and give them to another; raises `OutOfCredits`."""
    for account in sorted((giver, taker)):
        session.get_one(Account, account, with_for_update=True)
    left = balance(session, giver, unit)
    if left < amount:
        raise OutOfCredits(unit, left, amount)
    ref = f"move-{new_handle()}"
    for account, kind, change in ((giver, "given", -amount), (taker, "taken", amount)):
        session.add(LedgerEntry(account_id=account, unit=unit, kind=kind, amount=change, ref=ref, at=now))


def settle(session: Session, unit: str, ref: str, used: int, now: float) -> None:
    """Capture what was used of a hold and release the rest; a hold that is settled already stays as it is."""
    held = _entry(session, "hold", unit, ref)
    if held is None or _entry(session, "settlement", unit, ref) is not None:
        return
    used = min(used, -held.amount)
    session.add(
        LedgerEntry(
            account_id=held.account_id,
            unit=unit,
            kind="settlement",
            amount=-held.amount - used,
            captured=used,
            ref=ref,
            at=now,
        )
    )


def refund(session: Session, unit: str, ref: str, now: float) -> None:
    """Give back what was captured, once: for what could not be delivered through our fault."""
    settled = _entry(session, "settlement", unit, ref)
    if settled is None or not settled.captured or _entry(session, "refund", unit, ref) is not None:
        return
    session.add(
        LedgerEntry(
            account_id=settled.account_id,
            unit=unit,
            kind="refund",
            amount=settled.captured,
            ref=ref,
            at=now,
        )
    )


def _entry(session: Session, kind: str, unit: str, ref: str) -> LedgerEntry | None:
    return session.exec(
        select(LedgerEntry).where(LedgerEntry.kind == kind, LedgerEntry.unit == unit, LedgerEntry.ref == ref)
    ).first()
