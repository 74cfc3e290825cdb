"""A grid: one prompt at one seed, by several checkpoints, versions, strengths, bases or profiles, at several CFGs.

It costs nothing: it is how somebody finds out which step and CFG are the profile's own (SPEC T14).
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session, col, select

from core.families.catalogue import Base
from core.families.family import DrawRequest
from core.generation import generate
from core.jobs.commission import Commission, Shown, request_of, words_of
from core.jobs.draw import to_png
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.prompts import Prompt
from core.selection.judges.likeness import Likeness
from core.sheets import grid as sheet
from core.storage.database import new_handle
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import Checkpoint, PictureRow, Profile, ProfileState, Version, Work, WorkState
from core.storage.versions import at_step, checkpoints
from core.storage.work import finish, report

log = logging.getLogger(__name__)

MOST_COLUMNS = 4
STRENGTHS = (0.6, 0.8, 1.0, 1.2)
CFGS = (0.6, 1.0, 1.6)  # times what the base recommends


@dataclass(frozen=True)
class Column:
    """What is drawn with in one column; `value` is what a tap on it chooses."""

    value: str  # no name: it stands in the records as it is
    shown: Shown
    base: Base

    @property
    def heading(self) -> str:
        """What stands over it."""
        return str(self.shown.words["name"]) if self.value == str(self.shown.profile.handle) else self.value


def grid_asked(workshop: Workshop, slice_: Slice) -> dict[str, Any]:
    """What was asked for, if it is a grid; else nothing."""
    with slice_.writing() as (session, row):
        handle = session.get_one(Profile, row.profile_id).handle
        asked: dict[str, Any] = workshop.studio.unseal(profile_key(handle), row.sealed, f"work-{row.handle}")
    return asked if "grid" in asked else {}


def draw_grid(workshop: Workshop, slice_: Slice, work: Work, asked: dict[str, Any]) -> None:
    """Draw every cell, and end the work with the one picture of all of them."""
    with slice_.writing() as (session, row):
        profile = session.get_one(Profile, row.profile_id)
        version = session.get(Version, profile.version_id) if profile.version_id else None
        if profile.consent == "withdrawn" or profile.state != ProfileState.TRAINED or version is None:
            reason = "consent_withdrawn" if profile.consent == "withdrawn" else "not_ready"
            finish(session, row, WorkState.FAILED, used=0, reason=reason)
            return
        columns = list(_columns(workshop, session, profile, version, asked["grid"]))[:MOST_COLUMNS]
    base = workshop.base
    cfgs = sorted({max(1.0, round(2 * base.cfg * times) / 2) for times in CFGS})
    cells, labels = [], []
    for cfg in cfgs:
        drawn = [_cell(workshop, slice_, column, cfg, asked["seed"]) for column in columns]
        cells.append([content for content, _ in drawn])
        labels.append([label for _, label in drawn])
    headings = [column.heading for column in columns]
    values = [column.value for column in columns]
    file = new_name(profile.handle, "grid")
    key = workshop.studio.keys.open(profile_key(profile.handle))
    content = sheet(cells, headings, [f"CFG {cfg:g}" for cfg in cfgs], labels)
    workshop.studio.files.write(file, content, key)
    with slice_.writing() as (session, row):
        session.add(
            PictureRow(
                handle=new_handle(), work_id=row.id or 0, profile_id=row.profile_id, number=1, file=file,
                seed=asked["seed"],
            )
        )  # fmt: skip
        report(row, grid={"axis": asked["grid"], "columns": values, "rows": [f"{cfg:g}" for cfg in cfgs]})
        finish(session, row, WorkState.SUCCEEDED, used=0)
    log.info("work %s: a grid of %d by %d", work.id, len(columns), len(cfgs))


def _columns(
    workshop: Workshop, session: Session, profile: Profile, version: Version, axis: str
) -> Iterator[Column]:
    shown = Shown(profile, version, words_of(workshop, profile), version.strength)
    base = workshop.base
    match axis:
        case "versions":
            trained = select(Version).where(
                Version.profile_id == profile.id, Version.state == ProfileState.TRAINED
            )
            newest = session.exec(trained.order_by(col(Version.number).desc()).limit(MOST_COLUMNS)).all()
            for each in reversed(newest):
                yield Column(str(each.number), replace(shown, version=each, strength=each.strength), base)
        case "strength":
            for strength in STRENGTHS:
                yield Column(f"{strength:g}", replace(shown, strength=strength), base)
        case "bases":
            for each_base in (base, *workshop.others()):
                yield Column(each_base.name, shown, each_base)
        case "profiles":
            for other, its_version in _profiles(session, profile):
                words = words_of(workshop, other)
                yield Column(str(other.handle), Shown(other, its_version, words, its_version.strength), base)
        case _:
            for checkpoint in _steps(session, version):
                yield Column(str(checkpoint.step), replace(shown, version=at_step(version, checkpoint)), base)


def _steps(session: Session, version: Version) -> list[Checkpoint]:
    """Some checkpoints spread over the training, the one that is used among them."""
    known = checkpoints(session, version)
    if len(known) <= MOST_COLUMNS:
        return known
    places = {round(number * (len(known) - 1) / (MOST_COLUMNS - 1)) for number in range(MOST_COLUMNS)}
    used = next((place for place, one in enumerate(known) if one.step == version.best_step), 0)
    if used not in places:
        places.remove(min(places, key=lambda place: abs(place - used)))
    return [known[place] for place in sorted({*places, used})]


def _profiles(session: Session, profile: Profile) -> list[tuple[Profile, Version]]:
    """This profile and the account's others that can be drawn."""
    others = session.exec(
        select(Profile, Version)
        .join(Version, col(Version.id) == col(Profile.version_id))
        .where(
            Profile.account_id == profile.account_id,
            Profile.state == ProfileState.TRAINED,
            Profile.consent != "withdrawn",
        )
        .order_by(col(Profile.id) != profile.id, col(Profile.id).desc())
        .limit(MOST_COLUMNS)
    ).all()
    return list(others)


def cell_request(workshop: Workshop, column: Column, cfg: float, seed: int) -> DrawRequest:
    """What a cell is drawn by: the subject and nothing beside it, in the words that captions begin with."""
    prompt = Prompt("", count=1, seed=seed, cfg=cfg)
    return request_of(workshop, workshop.family(column.base), Commission(prompt, seed, (column.shown,)))


def _cell(workshop: Workshop, slice_: Slice, column: Column, cfg: float, seed: int) -> tuple[bytes, str]:
    """Draw one picture, and say how like its subject it is."""
    slice_.check()
    request = cell_request(workshop, column, cfg, seed)
    (candidate,) = generate(workshop.family(column.base), request, count=1, first_seed=seed)
    photos = workshop.template(column.shown.profile, column.shown.version)
    likeness = Likeness(workshop.pack(), photos).look(candidate.pixels).similarity if photos else None
    return to_png(candidate.pixels), "" if likeness is None else f"{likeness:.2f}"
