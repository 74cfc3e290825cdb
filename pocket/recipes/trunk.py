"""What the judges of pictures share: how a picture goes in, how it is softened in training, and the first layers."""

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pocket.canvas import Pixels
from pocket.recipes.course import Course
from pocket.recipes.recogniser import Block

SIDE: Final = 128
# Numbers that the trunk makes of a picture.
SEEN: Final = 192
_WIDTHS: Final = (16, 32, 64, 96)


class Trunk(nn.Module):
    """Six residual blocks, and of what they leave the mean and the most everywhere; 0.4 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, last = _WIDTHS
        self.layers = nn.Sequential(
            nn.Conv2d(3, first, 5, 2, 2, bias=False),
            nn.BatchNorm2d(first),
            nn.PReLU(first),
            Block(first, second, 2),
            Block(second, second, 1),
            Block(second, third, 2),
            Block(third, third, 1),
            Block(third, last, 2),
            Block(last, last, 1),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return what is seen (batch, 192) in pictures (batch, 3, 128, 128) from -1 to 1."""
        left: Tensor = self.layers(pictures)
        return torch.cat([left.mean((2, 3)), left.amax((2, 3))], 1)


def as_input(pictures: list[Pixels]) -> Tensor:
    """Return pictures (128, 128, 3) as a batch (count, 3, 128, 128) from -1 to 1."""
    batch = torch.from_numpy(np.stack(pictures))
    return (batch.permute(0, 3, 1, 2).float() - 127.5) / 127.5


def softened(inputs: Tensor, course: Course) -> Tensor:
    """Return the batch as a base would have drawn it: two in three soft, tinted, with some grain of an autoencoder."""
    count, noise = len(inputs), course.noise
    side = int(course.random.integers(36, 100))
    small = functional.interpolate(inputs, size=(side, side), mode="bilinear", antialias=True)
    soft = functional.interpolate(small, size=(SIDE, SIDE), mode="bicubic")
    coarse = torch.randn(count, 3, SIDE // 4, SIDE // 4, generator=noise) * 0.06
    soft = soft + functional.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic")
    is_soft = torch.rand(count, 1, 1, 1, generator=noise) < 2 / 3
    inputs = torch.where(is_soft, soft, inputs)
    inputs = inputs * (1 + 0.06 * torch.randn(count, 1, 1, 1, generator=noise))
    return inputs + 0.02 * torch.randn(count, 3, 1, 1, generator=noise)
