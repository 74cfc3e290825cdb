"""[decode-mutants] [decode-failures] Broken files of every kind, opened as the product opens what strangers send."""

from benchmarks.row import Row, row
from tests.fuzz.decoding import MOST_SECONDS, run as open_mutants

MUTANTS, SAMPLED = 100_000, 2_000


def run(*, full: bool) -> list[Row]:
    """A sample unless everything is asked for; a mutant is a function of its number, and the numbers go on from 0."""
    return measure(MUTANTS if full else SAMPLED, least=MUTANTS if full else None)


def measure(count: int, least: int | None = None) -> list[Row]:
    """The two rows, of so many mutants; what was found stands where others name their peer."""
    outcome = open_mutants(range(count))
    ends = ", ".join(f"{count} {end}" for end, count in outcome.ends.most_common(4))
    worst = f"slowest {outcome.slowest:.2f} s, child's memory at most {outcome.most_memory >> 20} MiB"
    failures = sorted({*outcome.crashes, *(number for number, _ in [*outcome.errors, *outcome.slow])})
    return [
        row("decode-mutants", outcome.count, "files", least=least, n=outcome.count, peer=ends),
        row("decode-failures", outcome.failures, "files", most=0, n=outcome.count,
            peer=f"{worst}; over {MOST_SECONDS:g} s of processor time is a failure"
            + (f"; mutants {failures[:20]}" if failures else "")),
    ]  # fmt: skip
