"""[step-ratio] [step-ratio-without-...] Seconds per training step: ours over the plain loop of the usual example."""

from benchmarks.plain_loop import compare
from benchmarks.row import Row, row

STEPS, FULL_STEPS = 25, 60
THREADS = 1  # threads of two loops on few shared cores measure each other's waiting


def run(*, full: bool) -> list[Row]:
    """All loops in turn, on the same chance: the plain one, ours, and ours without each of its techniques."""
    found = compare(FULL_STEPS if full else STEPS, THREADS, techniques=True)
    peer = f"plain loop, {found.plain_s:.3f} s against {found.ours_s:.3f} s"
    return [
        row("step-ratio", found.ratio, "ratio", most=0.6, n=found.steps, peer=peer),
        row(
            "step-loss-difference", found.loss_difference * 100, "%", most=2, n=found.steps, peer="plain loop"
        ),
        row("step-ratio-held", found.held or 0.0, "ratio", n=found.steps,
            peer=f"plain loop; not held to the base {found.ratio:.3f}"),
        *(
            row(
                f"step-ratio-without-{name}",
                ratio,
                "ratio",
                n=found.steps,
                peer=f"plain loop; with it {found.ratio:.3f}",
            )
            for name, ratio in found.without.items()
        ),
    ]  # fmt: skip
