import pytest

from core.schedule import Piece, ScheduleUnreadable, rate_at, read


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        (0.002, (Piece(0.002, None),)),
        ("0.002", (Piece(0.002, None),)),
        ("0.005:200, 0.001", (Piece(0.005, 200), Piece(0.001, None))),
        ("5e-3:200,1e-3:-1", (Piece(0.005, 200), Piece(0.001, None))),
        (" 0.001 : 100, 1e-5:1000 ,", (Piece(0.001, 100), Piece(1e-5, 1000))),
    ],
)
def test_a_number_and_a_schedule_are_read(written: float | str, pieces: tuple[Piece, ...]) -> None:
    assert read(written) == pieces


def test_each_piece_is_for_the_steps_up_to_its_own() -> None:
    schedule = read("0.005:2, 0.001:4, 1e-5")

    assert [rate_at(schedule, step) for step in range(1, 7)] == [0.005, 0.005, 0.001, 0.001, 1e-5, 1e-5]


@pytest.mark.parametrize(
    ("written", "number", "piece", "problem"),
    [
        ("0.005:200, 0.001:100", 2, "0.001:100", "backwards"),
        ("0.005:200, 0.001:200", 2, "0.001:200", "backwards"),
        ("0.005, 0.001:200", 1, "0.005", "endless"),
        ("0.005:-1, 0.001", 1, "0.005:-1", "endless"),
        ("0.005:200, quick", 2, "quick", "rate"),
        ("0.005:200, , 0.001", 2, "", "rate"),
        ("5:200, 0.001", 1, "5:200", "rate"),
        ("nan", 1, "nan", "rate"),
        ("0.005:half, 0.001", 1, "0.005:half", "step"),
        ("0.005:0, 0.001", 1, "0.005:0", "step"),
        ("0.005:", 1, "0.005:", "step"),
        ("", 1, "", "pieces"),
        (
            ",".join(f"0.1:{step}" for step in range(1, 40)),
            39,
            "0.1:1,0.1:2,0.1:3,0.1:4,0.1:5,0.1:6,0.1:",
            "pieces",
        ),
    ],
)
def test_what_cannot_be_followed_names_the_piece(written: str, number: int, piece: str, problem: str) -> None:
    with pytest.raises(ScheduleUnreadable) as refused:
        read(written)

    assert (refused.value.number, refused.value.piece, refused.value.problem) == (number, piece, problem)
    assert f'piece {number}, "{piece}"' in str(refused.value)


def test_a_schedule_must_reach_the_end_of_the_training() -> None:
    assert read("0.005:200, 0.001:400", 400)
    with pytest.raises(ScheduleUnreadable, match="ends before the training"):
        read("0.005:200, 0.001:400", 401)
