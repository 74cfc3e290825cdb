"""A measured figure, with everything needed to compare it with the same figure elsewhere."""

import json
import math
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from benchmarks.weights import weights_hash

Group = TypeVar("Group")

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure; `holds` says whether the goal is reached, `interval` is 95 % where there are samples enough."""

    id: str
    value: float
    unit: str
    goal: str
    holds: bool
    peer: str
    n: int
    interval: tuple[float, float] | None
    commit: str
    weights: str
    machine: str
    calibration: dict[str, float]
    date: str


def row(
    name: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
    peer: str = "",
    n: int = 1,
    interval: tuple[float, float] | None = None,
) -> Row:
    """A row with its goal: at most, or at least, so much."""
    goal = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else "none"
    holds = (most is None or value <= most) and (least is None or value >= least)
    return Row(
        name,
        round(value, 4),
        unit,
        goal,
        holds and not math.isnan(value),
        peer,
        n,
        interval and (round(interval[0], 4), round(interval[1], 4)),
        _commit(),
        weights_hash(),
        f"{_processor()}, {os.cpu_count()} cores",
        calibration(),
        datetime.now(UTC).date().isoformat(),
    )


def write(rows: Sequence[Row]) -> None:
    """Keep each row as a file of its own; a newer one replaces it."""
    RESULTS.mkdir(exist_ok=True)
    for one in rows:
        (RESULTS / f"{one.id}.json").write_text(json.dumps(asdict(one), indent=2) + "\n")


def table(rows: Sequence[Row]) -> str:
    """The rows as people read them."""
    lines = [f"{'id':24} {'value':>10} {'unit':12} {'goal':10} {'holds':5} {'n':>5}  interval"]
    for one in rows:
        between = "" if one.interval is None else f"{one.interval[0]:g} .. {one.interval[1]:g}"
        holds = "yes" if one.holds else "NO"
        lines.append(
            f"{one.id:24} {one.value:>10.4g} {one.unit:12} {one.goal:10} {holds:5} {one.n:>5}  {between}"
        )
    return "\n".join(lines)


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the median by order statistics; None below six values, where there is none."""
    ordered, count = sorted(values), len(values)
    if count < 6:
        return None
    reach = 0.98 * math.sqrt(count)
    low = max(0, math.floor(count / 2 - reach))
    high = min(count - 1, math.ceil(count / 2 + reach) - 1)
    return ordered[low], ordered[high]


def bootstrap(
    groups: Sequence[Group], figure: Callable[[Sequence[Group]], float], times: int = 1000
) -> tuple[float, float] | None:
    """The 95 % interval of a figure by the bootstrap over groups (Efron, 1979); None below six of them.

    A group is whatever was chosen by itself, mostly a person: pictures of one person are not independent.
    """
    if len(groups) < 6:
        return None
    random = np.random.default_rng(0)
    figures = [
        figure([groups[place] for place in random.integers(len(groups), size=len(groups))])
        for _ in range(times)
    ]
    low, high = np.quantile(figures, (0.025, 0.975))
    return float(low), float(high)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


@cache
def calibration() -> dict[str, float]:
    """Seconds of a 2048 matrix product and of 1,000 fsyncs here, so that seconds can be compared."""
    left = torch.randn(2048, 2048, generator=torch.Generator().manual_seed(0))
    left @ left
    began = time.perf_counter()
    for _ in range(5):
        left @ left
    product = (time.perf_counter() - began) / 5
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "fsync").open("wb") as file:
        began = time.perf_counter()
        for _ in range(1000):
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        synced = time.perf_counter() - began
    return {"matmul_2048_s": round(product, 4), "fsync_1000_s": round(synced, 4)}


def _commit() -> str:
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
