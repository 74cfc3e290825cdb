"""The fence: what a job may write, and when it may not any more."""

from core.accounts import find_account, open_profile
from core.storage import work as works
from core.storage.database import reading, writing
from core.storage.studio import Studio
from core.storage.tables import Work, WorkKind, WorkState


def _ask(studio: Studio) -> Work:
    with writing(studio.engine) as session:
        account, _ = find_account(studio, session, "console", "ana")
        profile = open_profile(studio, session, account, {"name": "Ana", "trigger": "zanora"})
        return works.ask(
            session, kind=WorkKind.DRAW, account_id=account.id, profile_id=profile.id, platform="console"
        )


def _row(studio: Studio, work: Work) -> Work:
    with reading(studio.engine) as session:
        return session.get_one(Work, work.id)


def test_of_two_claims_for_one_turn_one_succeeds(studio: Studio) -> None:
    work = _ask(studio)

    with writing(studio.engine) as session:
        first = works.claim(session, work.id or 0, 0, "a")
    with writing(studio.engine) as session:
        second = works.claim(session, work.id or 0, 0, "b")

    assert first is not None
    assert second is None
    assert _row(studio, work).worker == "a"


def test_a_job_whose_work_was_taken_away_can_write_nothing(studio: Studio) -> None:
    work = _ask(studio)
    with writing(studio.engine) as session:
        claimed = works.claim(session, work.id or 0, 0, "a")
    assert claimed is not None

    with writing(studio.engine) as session:
        works.take_away(session, session.get_one(Work, work.id), "deleted")

    with writing(studio.engine) as session:
        assert works.holds(session, claimed.id or 0, claimed.turn) is None
        assert works.renew(session, claimed.id or 0, claimed.turn) is None


def test_an_expired_lease_offers_the_work_again_under_a_new_turn(studio: Studio) -> None:
    work = _ask(studio)
    with writing(studio.engine) as session:
        claimed = works.claim(session, work.id or 0, 0, "a")
        assert claimed is not None
        claimed.lease_until = 1.0

    with writing(studio.engine) as session:
        works.expire(session, claimed)

    row = _row(studio, work)
    assert (row.state, row.turn, row.failures) == (WorkState.PENDING, 2, 1)


def test_a_lease_that_was_renewed_meanwhile_does_not_expire(studio: Studio) -> None:
    work = _ask(studio)
    with writing(studio.engine) as session:
        claimed = works.claim(session, work.id or 0, 0, "a")
    assert claimed is not None

    with writing(studio.engine) as session:
        works.expire(session, claimed)

    assert _row(studio, work).state == WorkState.RUNNING


def test_work_that_kills_its_worker_is_given_up_after_three_times(studio: Studio) -> None:
    work = _ask(studio)
    for _ in range(works.MOST_FAILURES):
        with writing(studio.engine) as session:
            claimed = works.claim(session, work.id or 0, session.get_one(Work, work.id).turn, "a")
            assert claimed is not None
            claimed.lease_until = 1.0
        with writing(studio.engine) as session:
            works.expire(session, claimed)

    row = _row(studio, work)
    assert (row.state, row.reason) == (WorkState.FAILED, "worker_lost")


def test_a_slice_that_made_progress_forgets_earlier_failures(studio: Studio) -> None:
    work = _ask(studio)
    with writing(studio.engine) as session:
        claimed = works.claim(session, work.id or 0, 0, "a")
        assert claimed is not None
        claimed.failures = 2
        works.give_back(session, claimed, 1.0)

    assert _row(studio, work).failures == 0
