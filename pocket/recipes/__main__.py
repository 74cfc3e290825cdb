"""`python -m pocket.recipes`: make the pocket studio's weights, all of them or one part."""

import sys

from pocket.recipes.course import command_line, plan_of
from pocket.recipes.making import PARTS, make


def main() -> None:
    """Make what the command line asks for."""
    parser = command_line("Make the pocket studio's weights; a run that was stopped goes on.")
    parser.add_argument(
        "--minutes", type=float, help="at most so long in all; without, as long as each is worth"
    )
    parser.add_argument("--part", choices=PARTS, help="only this one")
    asked = vars(parser.parse_args())
    minutes, part = asked.pop("minutes"), asked.pop("part")
    try:
        make(plan_of({**asked, "minutes": 0.0}), minutes, part)
    except FileNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
