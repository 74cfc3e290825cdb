"""What the conversation may want done with the versions of a trained profile."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainOn:
    """Queue a new version that goes on from the current one, for so many more steps at half the rate."""

    profile: int
    steps: int


@dataclass(frozen=True)
class Reopen:
    """Let photos be added to and taken out of a trained profile, for a new version."""

    profile: int


@dataclass(frozen=True)
class UseVersion:
    """Make another trained version the current one."""

    profile: int
    number: int


@dataclass(frozen=True)
class DeleteVersion:
    """Delete a version that is not the current one."""

    profile: int
    number: int


@dataclass(frozen=True)
class UseStep:
    """Make another checkpoint of the current version what it is."""

    profile: int
    step: int


@dataclass(frozen=True)
class UseCfg:
    """Follow the prompts of the current version so strongly, unless one says otherwise."""

    profile: int
    cfg: float


@dataclass(frozen=True)
class UseStrength:
    """Wear the current version with this strength, unless a prompt says otherwise."""

    profile: int
    strength: float


@dataclass(frozen=True)
class DrawGrid:
    """Queue a grid; `axis` is what its columns differ in."""

    profile: int
    axis: str


VersionEffect = TrainOn | Reopen | UseVersion | DeleteVersion | UseStep | UseCfg | UseStrength | DrawGrid
