"""The pattern of a coat: what is of another colour on the head, on the ears and on the chest."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pocket.animal_canvas import AnimalBoard, Mark, blot, ellipse, mirrored, rounded, tapered
from pocket.animal_traits import Patch
from pocket.canvas import SIDES, Colour, Points

_PALE: Final = np.array([242.0, 238, 230])


def head_marks(board: AnimalBoard) -> list[Mark]:
    """Return the marks of the head, in the order in which they are painted."""
    coat, eyes = board.animal.coat, board.animal.eyes
    half, muzzle = board.animal.build.half_width, board.animal.muzzle
    match coat.pattern:
        case "tabby":
            return [(board.at(stripe), coat.second) for stripe in _stripes(board)]
        case "patched":
            return [(board.at(blot(patch) * [half, 1]), _shade(board, patch)) for patch in coat.patches]
        case "spotted":
            return [(board.at(blot(patch) * [half, 1]), coat.second) for patch in coat.patches]
        case "tuxedo":
            wide, narrow = muzzle.half_width * 1.35, coat.blaze * 0.5
            shape = [
                [0, eyes.y - 0.3],
                [narrow, eyes.y + 0.05],
                [narrow + 0.04, muzzle.y - 0.14],
                [wide, muzzle.y - 0.06],
                [wide * 1.1, 1.2],
            ]
            return [(board.at(rounded(mirrored(shape))), coat.second)]
        case "pointed":
            mask = ellipse(0, muzzle.y - 0.12, half * 0.52, 0.56)
            return [(board.at(mask), coat.second)]
        case "saddle":
            peak = eyes.y - 0.08
            shape = [
                [0, peak],
                [0.2, peak - 0.26],
                [half * 0.66, eyes.y - 0.3],
                [half * 1.02, 0.2],
                [half * 2, -0.2],
                [half, -1.6],
            ]
            brows = [
                (board.at(ellipse(side * eyes.x * 0.8, eyes.y - 0.32, 0.1, 0.075)), board.coat)
                for side in SIDES
            ]
            return [(board.at(rounded(mirrored(shape))), coat.second), *brows]
        case "blaze":
            wide = muzzle.half_width * 1.02
            shape = [
                [0, -1.3],
                [coat.blaze * 1.1, -1.1],
                [coat.blaze * 0.7, -0.3],
                [coat.blaze, 0.02],
                [wide, 0.3],
                [wide, 1.3],
            ]
            return [(board.at(rounded(mirrored(shape))), coat.second)]
        case _:
            return []


def ear_colour(board: AnimalBoard, side: int) -> NDArray[np.float64]:
    """Return the colour of one ear, ready for arithmetic."""
    coat = board.animal.coat
    match coat.pattern:
        case "pointed" | "saddle":
            return np.array(coat.second)
        case "patched" | "spotted" if coat.patched_side == side:
            return np.array(coat.second)
        case "tabby":
            return board.coat * 0.6 + np.array(coat.second) * 0.4
        case _:
            return board.coat


def muzzle_colour(board: AnimalBoard) -> NDArray[np.float64]:
    """Return the colour of the fur around nose and mouth, ready for arithmetic."""
    coat = board.animal.coat
    match coat.pattern:
        case "tuxedo" | "blaze":
            return np.array(coat.second)
        case "pointed":
            return np.array(coat.second) * 1.12
        case "tabby":
            return board.coat * 0.45 + _PALE * 0.55
        case _ if coat.colour == "black":
            return board.coat * 1.18 + 10
        case _:
            return board.coat * (1 - coat.pale_muzzle) + _PALE * coat.pale_muzzle


def chest_marks(board: AnimalBoard) -> list[Mark]:
    """Return the marks of neck and chest."""
    coat = board.animal.coat
    match coat.pattern:
        case "tabby":
            arcs = [
                tapered([[side * 1.5, y + 0.25], [side * 0.9, y + 0.12], [side * 0.34, y]], 0.13)
                for side in SIDES
                for y in (1.3, 1.62, 1.94, 2.26)
            ]
            return [(board.below(arc), coat.second) for arc in arcs]
        case "tuxedo" | "blaze":
            shape = rounded(
                [[-0.42, 0.4], [0.42, 0.4], [0.62, 1.5], [0.34, 2.6], [0, 3.2], [-0.34, 2.6], [-0.62, 1.5]]
            )
            return [(board.below(shape), coat.second)]
        case "patched":
            shape = blot(Patch(coat.patched_side * 0.85, 1.9, 0.5, 0.62, coat.patches[0].turn, 0))
            return [(board.below(shape), coat.third)]
        case "spotted":
            spots = [blot(patch) * [1.25, 1.1] + [0, 2.0] for patch in coat.body_patches]
            return [(board.below(spot), coat.second) for spot in spots]
        case "saddle":
            sides = [
                rounded(
                    [
                        [side * 0.6, 1.0],
                        [side * 0.62, 1.7],
                        [side * 0.9, 3.4],
                        [side * 3, 3.4],
                        [side * 2, 0.8],
                    ]
                )
                for side in SIDES
            ]
            return [(board.below(shape), coat.second) for shape in sides]
        case _:
            return []


def _shade(board: AnimalBoard, patch: Patch) -> Colour:
    coat = board.animal.coat
    return coat.third if patch.shade else coat.second


def _stripes(board: AnimalBoard) -> list[Points]:
    """Return the stripes of a tabby's head: the M of the forehead, the lines of temples and cheeks."""
    coat, eyes, half = board.animal.coat, board.animal.eyes, board.animal.build.half_width
    width = coat.stripe_width * 2
    across = np.linspace(-0.3, 0.3, coat.stripes)
    forehead = [
        tapered([[x * 1.5, -1.0], [x, -0.62], [x * 0.8, eyes.y - 0.3 - 0.2 * abs(x)]], width) for x in across
    ]
    cheeks = [
        tapered(
            [[side * half * 1.1, y - 0.1], [side * half * 0.84, y], [side * half * 0.56, y + 0.02]], width
        )
        for side in SIDES
        for y in (0.12, 0.34, 0.54)
    ]
    temples = [
        tapered(
            [[side * half * 0.95, -0.62], [side * half * 0.74, -0.42], [side * eyes.x, eyes.y - 0.3]], width
        )
        for side in SIDES
    ]
    return [*forehead, *cheeks, *temples]
