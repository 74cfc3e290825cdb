from itertools import pairwise

from bots.rates import Rates
from bots.telegram.rates import TOGETHER, limits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def send_all(rates: Rates, clock: Clock, chat: int, times: int, message: str = "") -> list[float]:
    """Send as fast as it is allowed, and return when."""
    moments = []
    for _ in range(times):
        while wait := rates.take(chat, message):
            clock.now += wait
        moments.append(clock.now)
    return moments


def busiest(moments: list[float], seconds: float) -> int:
    return max(len([each for each in moments if start <= each < start + seconds]) for start in moments)


def test_three_go_at_once_and_then_one_a_second() -> None:
    clock = Clock()

    moments = send_all(Rates(limits, TOGETHER, clock), clock, 7, 30)

    assert moments[2] == moments[0]
    assert busiest(moments, 1.0) == 3
    assert moments[-1] - moments[0] > 26


def test_a_group_gets_twenty_a_minute() -> None:
    clock = Clock()

    moments = send_all(Rates(limits, TOGETHER, clock), clock, -7, 60)

    assert busiest(moments, 60.0) == 20


def test_one_message_is_edited_every_three_seconds_in_private_and_every_five_in_a_group() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)

    private = send_all(rates, clock, 7, 5, "1")
    group = send_all(rates, clock, -7, 5, "1")

    assert min(later - earlier for earlier, later in pairwise(private)) >= 3
    assert min(later - earlier for earlier, later in pairwise(group)) >= 5


def test_chats_do_not_wait_for_one_another() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)
    send_all(rates, clock, 7, 3)

    assert rates.take(7) > 0
    assert rates.take(8) == 0


def test_all_chats_together_get_less_than_thirty_a_second() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)

    at_once = [clock.now + rates.turn() for _ in range(100)]
    clock.now += 60
    after_a_rest = [clock.now + rates.turn() for _ in range(100)]

    assert at_once[4] == 1000.0 < at_once[5]
    assert busiest(at_once, 1.0) == busiest(after_a_rest, 1.0) <= 25
    assert at_once == sorted(at_once)


def test_a_refused_message_does_not_count() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)
    send_all(rates, clock, 7, 3)

    waits = [rates.take(7) for _ in range(5)]

    assert len(set(waits)) == 1


def test_silence_that_telegram_asks_for_is_kept() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)

    rates.hold(7, 30)

    assert rates.take(7) == 30
    assert rates.take(8) == 0


def test_chats_that_rest_are_forgotten() -> None:
    clock = Clock()
    rates = Rates(limits, TOGETHER, clock)

    for chat in range(1, 25_000):
        rates.take(chat, "1")
        clock.now += 0.1

    assert len(rates._chats) < 12_000
    assert len(rates._edited) < 12_000
