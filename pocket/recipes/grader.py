"""The grader: a second recogniser of another seed, width and crop, with which benchmarks judge the first one's work.

What filters pictures must not also grade them. The pack has the shipped detector, so that both see the same faces.
"""

import shutil
from typing import Final

from pocket.recipes.course import Plan, plan_from_command_line
from pocket.recipes.recogniser import Design, train_design

GRADER: Final = Design("grader", "grader", (20, 40, 72, 104), seed=1, side=128, inner=96)


def train(plan: Plan) -> None:
    """Train within the plan and write the pack `grader`. Raises FileNotFoundError without a detector."""
    folder = plan.out / GRADER.folder
    detector = plan.faces / "detector.onnx"
    if detector.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(detector, folder / detector.name)
    train_design(plan, GRADER)


if __name__ == "__main__":
    train(plan_from_command_line("Train the recogniser that grades."))
