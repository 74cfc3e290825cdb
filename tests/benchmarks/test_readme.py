"""The README's table of figures is that of the rows."""

from dataclasses import replace

import pytest

from benchmarks.readme import README, TOLD, read, with_figures
from benchmarks.row import RESULTS


def test_the_readme_has_the_rows_as_they_are() -> None:
    text = README.read_text()

    assert with_figures(text, read(RESULTS)) == text, "python -m benchmarks.readme writes them"


def test_every_goal_that_is_missed_is_told() -> None:
    rows = read(RESULTS)
    missed = [name for name, one in rows.items() if not one.holds]

    text = with_figures(README.read_text(), rows)

    assert text.count("**missed**") == len(missed)
    assert all(f"| {name} |" in text for name in missed)


def test_a_row_that_nobody_reads_of_is_told_once_it_misses_its_goal() -> None:
    rows = read(RESULTS)
    quiet = next(name for name, one in rows.items() if one.holds and name not in TOLD)
    text = README.read_text()

    assert f"| {quiet} |" not in with_figures(text, rows)
    worse = rows | {quiet: replace(rows[quiet], holds=False)}
    assert f"| {quiet} |" in with_figures(text, worse)


def test_a_text_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="figures"):
        with_figures("# Likeness\n", {})
