"""What the conversation may want done with the captions of a draft's photos."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WriteCaptions:
    """Let these be the captions of the photos with these numbers, in the owner's words."""

    captions: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class CaptionAnew:
    """Forget the caption of a photo and have a worker write one."""

    number: int


CaptionEffect = WriteCaptions | CaptionAnew
