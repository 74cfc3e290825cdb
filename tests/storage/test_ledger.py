import threading

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as some

from core.accounts import find_account
from core.errors import OutOfCredits
from core.storage import ledger
from core.storage.database import writing
from core.storage.studio import Studio


def _account(studio: Studio, user: str = "ana") -> int:
    with writing(studio.engine) as session:
        account, _ = find_account(studio, session, "console", user)
        return account.id or 0


def _balance(studio: Studio, account: int) -> int:
    with writing(studio.engine) as session:
        return ledger.balance(session, account, ledger.PICTURE)


def test_a_new_account_has_its_free_pictures(studio: Studio) -> None:
    assert _balance(studio, _account(studio)) == studio.settings.free_pictures


def test_what_was_not_used_comes_back(studio: Studio) -> None:
    account = _account(studio)

    with writing(studio.engine) as session:
        ledger.hold(session, account, ledger.PICTURE, 4, "work-1", 0, unlimited=False)
        ledger.settle(session, ledger.PICTURE, "work-1", 3, 0)

    assert _balance(studio, account) == studio.settings.free_pictures - 3


def test_settling_twice_changes_nothing(studio: Studio) -> None:
    account = _account(studio)
    with writing(studio.engine) as session:
        ledger.hold(session, account, ledger.PICTURE, 4, "work-1", 0, unlimited=False)
        ledger.settle(session, ledger.PICTURE, "work-1", 4, 0)

    with writing(studio.engine) as session:
        ledger.settle(session, ledger.PICTURE, "work-1", 0, 0)

    assert _balance(studio, account) == studio.settings.free_pictures - 4


def test_a_refund_happens_once(studio: Studio) -> None:
    account = _account(studio)
    with writing(studio.engine) as session:
        ledger.hold(session, account, ledger.PICTURE, 4, "work-1", 0, unlimited=False)
        ledger.settle(session, ledger.PICTURE, "work-1", 4, 0)
        ledger.refund(session, ledger.PICTURE, "work-1", 0)

    with writing(studio.engine) as session:
        ledger.refund(session, ledger.PICTURE, "work-1", 0)

    assert _balance(studio, account) == studio.settings.free_pictures


def test_more_than_there_is_cannot_be_held(studio: Studio) -> None:
    account = _account(studio)

    with pytest.raises(OutOfCredits), writing(studio.engine) as session:
        ledger.hold(session, account, ledger.PICTURE, 11, "work-1", 0, unlimited=False)

    assert _balance(studio, account) == studio.settings.free_pictures


def test_many_at_once_never_hold_more_than_there_is(studio: Studio) -> None:
    account = _account(studio)
    held: list[int] = []

    def take(number: int) -> None:
        try:
            with writing(studio.engine) as session:
                ledger.hold(session, account, ledger.PICTURE, 3, f"work-{number}", 0, unlimited=False)
        except OutOfCredits:
            return
        held.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(held) == 3
    assert _balance(studio, account) == 1


@given(
    some.lists(some.tuples(some.sampled_from("hsr"), some.integers(0, 5), some.integers(0, 6)), max_size=25)
)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_order_of_events_makes_credits_out_of_nothing(
    studio: Studio, events: list[tuple[str, int, int]]
) -> None:
    account = _account(studio, user=str(id(events)))
    for kind, ref, amount in events:
        name = f"{account}-{ref}"
        with writing(studio.engine) as session:
            if kind == "h" and ledger._entry(session, "hold", ledger.PICTURE, name) is None:
                left = ledger.balance(session, account, ledger.PICTURE)
                if left >= amount:
                    ledger.hold(session, account, ledger.PICTURE, amount, name, 0, unlimited=False)
            elif kind == "s":
                ledger.settle(session, ledger.PICTURE, name, amount, 0)
            elif kind == "r":
                ledger.refund(session, ledger.PICTURE, name, 0)

    assert 0 <= _balance(studio, account) <= studio.settings.free_pictures
