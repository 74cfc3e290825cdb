"""The face detector, in SCRFD's format (Guo et al., 2021), small enough to learn in minutes on a processor.

Input RGB (x - 127.5) / 128, always 160 pixels square: insightface scales every picture to a fixed input,
and a detector trained at one size sees ghosts at others. Two equal anchors a cell, at the cell's corner.
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from pocket.recipes.compositions import SIDE, STRIDES, composition
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.pack import write_manifest
from pocket.recipes.photos import POPULATION, Shelf, drawn

_WIDTHS = (12, 24, 48, 64, 80)
# Convolutions after the one that halves the picture, for each stride.
_DEPTHS = (1, 1, 2)
_PYRAMID = 48
_ANCHORS = 2
# Compositions drawn anew for each step.
_FRESH = 16
# Score, box and landmarks of an anchor.
_VALUES = 1 + 4 + 10


class Detector(nn.Module):
    """A feature pyramid with one head a stride; 0.4 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        first, second, *levels = _WIDTHS
        self.stem = nn.Sequential(_convolution(3, first, 2), _convolution(first, second, 2))
        self.levels = nn.ModuleList(
            nn.Sequential(_convolution(before, width, 2), *(_convolution(width, width) for _ in range(depth)))
            for before, width, depth in zip(_WIDTHS[1:-1], levels, _DEPTHS, strict=True)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(width, _PYRAMID, 1) for width in levels)
        self.towers = nn.ModuleList(
            nn.Sequential(_convolution(_PYRAMID, _PYRAMID), _convolution(_PYRAMID, _PYRAMID)) for _ in levels
        )
        self.outputs = nn.ModuleList(nn.Conv2d(_PYRAMID, _ANCHORS * _VALUES, 1) for _ in levels)
        for output in self.outputs:
            # Nearly every cell is empty: begin by saying so.
            nn.init.constant_(output.get_parameter("bias")[:_ANCHORS], -4.0)

    def maps(self, pictures: Tensor) -> list[Tensor]:
        """Return one map (batch, 30, cells, cells) a stride: two scores, two boxes, two sets of landmarks."""
        return self.read(self.pyramid(pictures))

    def pyramid(self, pictures: Tensor) -> list[Tensor]:
        """Return what the heads read from, one map (batch, 48, cells, cells) a stride."""
        features = []
        level = self.stem(pictures)
        for layer in self.levels:
            level = layer(level)
            features.append(level)
        merged = self.lateral[2](features[2])
        pyramid = [merged]
        for place in (1, 0):
            larger = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = self.lateral[place](features[place]) + larger
            pyramid.insert(0, merged)
        return [tower(level) for tower, level in zip(self.towers, pyramid, strict=True)]

    def read(self, pyramid: list[Tensor]) -> list[Tensor]:
        """Return the maps that the pyramid's levels say, in full precision."""
        return [output(level.float()) for output, level in zip(self.outputs, pyramid, strict=True)]

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Return SCRFD's nine outputs, one row an anchor: scores, boxes and landmarks of each stride."""
        maps = [level.permute(0, 2, 3, 1) for level in self.maps(pictures)]
        scores = [torch.sigmoid(level[..., :2]).reshape(-1, 1) for level in maps]
        boxes = [level[..., 2:10].reshape(-1, 4) for level in maps]
        landmarks = [level[..., 10:].reshape(-1, 10) for level in maps]
        return (*scores, *boxes, *landmarks)


def detection_loss(maps: list[Tensor], targets: Tensor) -> Tensor:
    """Return focal loss on scores, IoU loss on boxes, smooth L1 on landmarks; targets (batch, 525, 16)."""
    rows = torch.cat([level.permute(0, 2, 3, 1).flatten(1, 2) for level in maps], 1)
    shape = *rows.shape[:2], _ANCHORS
    scores = rows[..., :2]
    boxes, landmarks = rows[..., 2:10].reshape(*shape, 4), rows[..., 10:].reshape(*shape, 10)
    wanted = targets[..., :1].expand_as(scores)
    entropy = functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
    # A picture without a face weighs more: whoever sees one there is wrong everywhere.
    on_nobody = (targets[..., 0].amax(1) == 0)[:, None, None]
    weight = torch.where(wanted > 0, 1.0, torch.where(on_nobody, 1.5, 0.5)) * targets[..., 1:2]
    focal = ((wanted - scores.sigmoid()).abs() ** 2 * entropy * weight).sum() / wanted.sum().clamp(min=1)
    on_face = targets[..., 0] > 0
    if not on_face.any():
        return 2 * focal
    wanted_boxes = targets[on_face][:, None, 2:6].expand(-1, 2, 4)
    found_boxes = boxes[on_face].clamp(min=0.01)
    wanted_points = targets[on_face][:, None, 6:16].expand(-1, 2, 10)
    found_points = landmarks[on_face]
    box_loss = (1 - _overlap(found_boxes, wanted_boxes)).mean() + 0.2 * functional.smooth_l1_loss(
        found_boxes, wanted_boxes
    )
    return 2 * focal + 2 * box_loss + 3 * functional.smooth_l1_loss(found_points, wanted_points, beta=0.1)


def train(plan: Plan) -> None:
    """Train within the plan and write `faces/detector.onnx`."""
    torch.manual_seed(0)
    detector = Detector().to(plan.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(detector.parameters(), 3e-3, weight_decay=1e-4)
    course = Course("detector", plan, {"model": detector, "optimizer": optimizer})
    batch = plan.batch or 48
    draw_one = partial(composition, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=course.step * _FRESH) as stream:
        shelf = Shelf(stream, room=12_000, fresh=min(_FRESH, batch), at_first=4 * batch)
        for share in course:
            set_rate(optimizer, one_cycle(share, 3e-3))
            samples = shelf.batch(batch, course.random)
            pictures = torch.stack([torch.from_numpy(picture) for picture, _ in samples])
            targets = torch.stack([torch.from_numpy(target) for _, target in samples]).to(plan.device)
            varied = _varied(pictures, course.noise).to(plan.device, memory_format=torch.channels_last)
            with plan.half_precision():
                pyramid = detector.pyramid(varied)
            loss = detection_loss(detector.read(pyramid), targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
            optimizer.step()
            course.note(loss=loss.item())
    detector.cpu()
    torch.save(detector.state_dict(), plan.out / "detector_alone.pt")
    outputs = [f"{what}_{stride}" for what in ("score", "bbox", "kps") for stride in STRIDES]
    export_onnx(detector, torch.zeros(1, 3, SIDE, SIDE), plan.faces / "detector.onnx", outputs)
    write_manifest(plan.faces)


def _convolution(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)
    )


def _varied(pictures: Tensor, noise: torch.Generator) -> Tensor:
    """Return pictures (batch, side, side, 3) as input, each with its own contrast and colour cast."""
    inputs = (pictures.permute(0, 3, 1, 2).float() - 127.5) / 128
    count = len(inputs)
    contrast = 1 + 0.15 * torch.randn(count, 1, 1, 1, generator=noise)
    return inputs * contrast + 0.05 * torch.randn(count, 3, 1, 1, generator=noise)


def _overlap(found: Tensor, wanted: Tensor) -> Tensor:
    """Return intersection over union of boxes given as distances to left, top, right, bottom."""
    width = torch.min(found[..., 0], wanted[..., 0]) + torch.min(found[..., 2], wanted[..., 2])
    height = torch.min(found[..., 1], wanted[..., 1]) + torch.min(found[..., 3], wanted[..., 3])
    areas = [(boxes[..., 0] + boxes[..., 2]) * (boxes[..., 1] + boxes[..., 3]) for boxes in (found, wanted)]
    return width * height / (areas[0] + areas[1] - width * height + 1e-6)


if __name__ == "__main__":
    train(plan_from_command_line("Train the face detector."))
