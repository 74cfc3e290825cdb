"""Where a face looks, from its five landmarks."""

from dataclasses import dataclass

import numpy as np

from core.artifacts import Face


@dataclass(frozen=True)
class Pose:
    """A face's turn; 0 is straight at the camera.

    `yaw` and `pitch` are the nose's offset in eye distances, to the picture's right and downwards from its place
    on a face that looks straight; 0.35 is about 30 degrees.
    """

    yaw: float
    pitch: float


# On a face that looks straight at the camera the tip of the nose lies this far down from the eyes to the mouth.
_NOSE_AT_REST = 0.55


def pose_of(face: Face) -> Pose:
    """Estimate a face's pose."""
    first_eye, second_eye, nose, *mouth = (np.array(point) for point in face.landmarks)
    across = second_eye - first_eye
    distance = max(float(np.linalg.norm(across)), 1.0)
    right = across / distance
    down = np.array((-right[1], right[0]))
    eyes, lips = (first_eye + second_eye) / 2, np.mean(mouth, axis=0)
    drop = float((lips - eyes) @ down)
    return Pose(
        yaw=float((nose - (eyes + lips) / 2) @ right) / distance,
        pitch=(float((nose - eyes) @ down) - _NOSE_AT_REST * drop) / distance,
    )
