"""A short run of the fuzz target; `python -m tests.fuzz.decoding` and the benchmark run longer ones."""

from core.intake import Intake
from core.intake_zip import read
from tests.fuzz.decoding import run
from tests.fuzz.mutants import archives, mutant, pictures

COUNT = 400


def test_no_mutant_crashes_the_decoder_or_keeps_it() -> None:
    outcome = run(range(COUNT))

    assert (outcome.crashes, outcome.errors, outcome.slow) == ([], [], [])
    assert outcome.count == COUNT
    assert outcome.ends["opened"] > COUNT / 5  # a file that is refused at its first byte tests little


def test_what_mutants_are_made_of_opens() -> None:
    """Files that were refused to begin with would prove nothing."""
    with Intake() as intake:
        for kind, data in pictures().items():
            assert intake.open(data).format == {"heic": "heif"}.get(kind.split()[0], kind.split()[0])
    assert all(
        any(not member.refusal for member in read(data))
        for kind, data in archives().items()
        if "bzip2" not in kind
    )


def test_a_mutant_is_made_again_by_its_number() -> None:
    assert mutant(17) == mutant(17)
    assert mutant(17) != mutant(18)
