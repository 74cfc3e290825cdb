"""[step-ratio] Seconds per training step: ours over the plain loop, which does what the usual example does."""

from benchmarks.plain_loop import compare
from benchmarks.row import Row, row

STEPS, FULL_STEPS = 25, 60
THREADS = 1  # threads of two loops on few shared cores measure each other's waiting


def run(*, full: bool) -> list[Row]:
    """Both loops in turn, on the same chance."""
    found = compare(FULL_STEPS if full else STEPS, THREADS)
    peer = f"plain loop, {found.plain_s:.3f} s against {found.ours_s:.3f} s"
    return [
        row("step-ratio", found.ratio, "ratio", most=0.6, n=found.steps, peer=peer),
        row(
            "step-loss-difference", found.loss_difference * 100, "%", most=2, n=found.steps, peer="plain loop"
        ),
    ]
