"""The judge of likeness: one face, and how much it is like the subject's photos."""

from collections.abc import Sequence

from core.artifacts import Embedding, Pixels
from core.faces import FacePack, similarity
from core.selection.judge import Opinion

NO_FACE = "no_face"
SEVERAL_FACES = "several_faces"


class Likeness:
    """Compares a candidate's only face with a person's accepted photos; the profile's floor is applied later."""

    name = "likeness"

    def __init__(self, pack: FacePack, photos: Sequence[Embedding]) -> None:
        if not len(photos):
            raise ValueError("likeness needs a photo to compare with")
        self._pack = pack
        self._photos = photos

    def look(self, pixels: Pixels) -> Opinion:
        """Return the similarity of the largest face, and an objection unless it is the only one."""
        faces = self._pack.faces_in(pixels)
        if not faces:
            return Opinion(objection=NO_FACE)
        likeness = similarity(faces[0].embedding, self._photos)
        return Opinion(likeness, SEVERAL_FACES if len(faces) > 1 else "")
