"""What a worker would have left in the records, without its hours."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlmodel import Session, col, select

from core.accounts import name_key, open_profile
from core.errors import Unfit, WeightsRefused
from core.exchange.reading import Found, recognise
from core.storage.database import clock, new_handle, writing
from core.storage.files import new_name
from core.storage.keys import photos_key, profile_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Checkpoint,
    Identity,
    Photo,
    PhotoState,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkerRow,
    WorkKind,
    WorkState,
)
from core.storage.versions import end_badly
from core.storage.work import finish, report
from core.texts import take_texts
from core.verdicts import is_used
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture


def teach(
    desk: Desk, person: Someone, name: str = "Ana summer", method: str = "lora", trigger: str = "zanora"
) -> int:
    """A profile that has been learnt; its handle."""
    person.command("start")
    studio = desk.studio
    with writing(studio.engine) as session:
        identity = session.get_one(Identity, (desk.turns.platform.name, person.user))
        account = session.get_one(Account, identity.account_id)
        words = {"name": name, "class_word": "woman", "trigger": trigger}
        profile = open_profile(studio, session, account, words)
        profile.state, profile.retention, profile.consent = ProfileState.TRAINED, "keep", "self"
        profile.name_key, profile.method = name_key(studio, account, name), method
        version = Version(
            profile_id=profile.id or 0, state=ProfileState.TRAINED, base="pocket", weights="w", best_step=240,
            similarity=0.81, own_similarity=0.88, floor=0.5,
        )  # fmt: skip
        session.add(version)
        session.flush()
        profile.version_id, account.current_id = version.id, profile.id
        _checkpoint(studio, session, version.id or 0, profile.handle, 240, 0.81)
        return profile.handle


def offer(desk: Desk, *methods: str) -> None:
    """A worker has said by which methods its base can learn."""
    with writing(desk.studio.engine) as session:
        offers = json.dumps({"base_title": "Pocket", "base_content": "drawn", "methods": methods})
        session.add(WorkerRow(name="w1", seen_at=clock(session), offers=offers))


def arrived(desk: Desk) -> list[bytes]:
    """The files that wait for a worker, as they came."""
    with writing(desk.studio.engine) as session:
        waiting = session.exec(select(Photo).where(Photo.state == PhotoState.STORED)).all()
        handles = {photo.id: session.get_one(Profile, photo.profile_id).handle for photo in waiting}
        return [
            desk.studio.files.read(photo.raw, desk.studio.keys.open(photos_key(handles[photo.id])))
            for photo in waiting
        ]


def judge(
    desk: Desk, bad: Mapping[int, str] = MappingProxyType({}), subjects: Sequence[Sequence[int]] = ()
) -> None:
    """Look at every photo that has arrived: `bad` are the verdicts of those that are not good, by number.

    `subjects` are the photos of each, where the set shows several.
    """
    desk.act(lambda: _judge(desk.studio, bad, subjects))


def _judge(studio: Studio, verdicts: Mapping[int, str], subjects: Sequence[Sequence[int]]) -> None:
    with writing(studio.engine) as session:
        for profile in session.exec(select(Profile).where(Profile.state == ProfileState.DRAFT)):
            take_texts(studio, session, profile)
        photos = session.exec(select(Photo).where(Photo.state == PhotoState.STORED)).all()
        anew = select(Photo).where(Photo.state == PhotoState.JUDGED, Photo.verdict == "")
        for photo in session.exec(anew):
            photo.verdict = verdicts.get(photo.number, "accepted")
            photo.chosen = is_used(photo.verdict, photo.owner)
        for photo in photos:
            profile = session.get_one(Profile, photo.profile_id)
            key = studio.keys.open(photos_key(profile.handle))
            photo.file = photo.thumbnail = new_name(profile.handle, "photo")
            studio.files.write(photo.file, studio.files.read(photo.raw, key), key)
            photo.raw, photo.state = "", PhotoState.JUDGED
            place = f"photo-{profile.handle}-{photo.number}"
            photo.sealed = studio.seal(photos_key(profile.handle), {"part": [0.25, 0.0, 0.75, 1.0]}, place)
            photo.verdict = verdicts.get(photo.number, "accepted")
            photo.other = 1 if photo.verdict == "duplicate" else None
            photo.chosen = photo.verdict == "accepted"
            _note_subjects(studio, profile, subjects)
        for work in _open(session, WorkKind.LOOK):
            finish(session, work, WorkState.SUCCEEDED, used=0)


def _note_subjects(studio: Studio, profile: Profile, subjects: Sequence[Sequence[int]]) -> None:
    key, place = profile_key(profile.handle), f"profile-{profile.handle}"
    words = studio.unseal(key, profile.sealed, place) | {"subjects": [[*group] for group in subjects]}
    profile.sealed = studio.seal(key, words, place)


def read_file(desk: Desk, sizes_fit: bool = True) -> None:
    """Look at the file of weights that has arrived; a base for SD 1.5 draws here, whose sizes it fits or not."""
    desk.act(lambda: _read_file(desk.studio, sizes_fit=sizes_fit))


def _read_file(studio: Studio, *, sizes_fit: bool) -> None:
    with writing(studio.engine) as session:
        waiting = select(Photo).where(Photo.state == PhotoState.STORED, Photo.number == WEIGHTS_NUMBER)
        for row in session.exec(waiting):
            profile = session.get_one(Profile, row.profile_id)
            content = studio.files.read(row.raw, studio.keys.open(photos_key(profile.handle)))
            try:
                found = _recognised(content, sizes_fit=sizes_fit)
            except WeightsRefused as refused:
                row.state, row.verdict, row.detail = PhotoState.REFUSED, str(refused.unfit), refused.detail
                continue
            _keep_weights(studio, session, profile, found)
            session.delete(row)
        for work in _open(session, WorkKind.LOOK):
            finish(session, work, WorkState.SUCCEEDED, used=0)


def _recognised(content: bytes, *, sizes_fit: bool) -> Found:
    found = recognise(content)
    if found.family not in ("", "sd15"):
        raise WeightsRefused(Unfit.OTHER_FAMILY, f"{found.family} sd15")
    if not sizes_fit:
        raise WeightsRefused(Unfit.NO_PLACE, "unet.conv_in is (8, 4), its change is (9, 2) x (2, 4)")
    return found


def _keep_weights(studio: Studio, session: Session, profile: Profile, found: Found) -> None:
    file = new_name(profile.handle, "weights")
    key, place = profile_key(profile.handle), f"profile-{profile.handle}"
    studio.files.write(file, found.weights, studio.keys.open(key))
    version = Version(profile_id=profile.id or 0, state=ProfileState.DRAFT, base="pocket", weights=file)
    session.add(version)
    session.flush()
    profile.method, profile.version_id = found.method, version.id
    words = studio.unseal(key, profile.sealed, place)
    about = {"family": "sd15", "rank": found.rank, "words": found.words, "class_word": found.class_word}
    profile.sealed = studio.seal(key, words | {"imported": about, "trigger": "zanora"}, place)


def report_learning(desk: Desk) -> None:
    """The training that is open has come to its second checkpoint."""

    def half_way() -> None:
        with writing(desk.studio.engine) as session:
            for work in _open(session, WorkKind.LEARN):
                profile = session.get_one(Profile, work.profile_id)
                profile.state = ProfileState.TRAINING
                _checkpoint(desk.studio, session, work.version_id or 0, profile.handle, 75, 0.31)
                report(work, step=160, steps=400, seconds_left=120.0, similarities=[0.31, 0.58])

    desk.act(half_way)


def learn(desk: Desk, *, stopped: str = "", causes: str = "") -> None:
    """The training that is open has ended, well unless it has causes not to; `stopped` is why it ended early."""

    def end() -> None:
        with writing(desk.studio.engine) as session:
            for work in _open(session, WorkKind.LEARN):
                profile = session.get_one(Profile, work.profile_id)
                version = session.get_one(Version, work.version_id)
                profile.state = version.state = ProfileState.TRAINED
                version.best_step, version.similarity, version.own_similarity = 240, 0.81, 0.88
                version.quality = 31.0 if causes else 86.0
                version.stopped, version.causes = stopped, causes
                version.curve = _seal(desk.studio, profile.handle, 9)
                report(work, step=320, steps=400, refunded=bool(causes))
                version.floor = 0.5
                _checkpoint(desk.studio, session, version.id or 0, profile.handle, 240, 0.81)
                finish(session, work, WorkState.SUCCEEDED, used=0 if causes else 1)

    desk.act(end)


def fail_learning(desk: Desk, reason: str) -> None:
    """The training that is open has failed."""

    def end() -> None:
        with writing(desk.studio.engine) as session:
            for work in _open(session, WorkKind.LEARN):
                profile = session.get_one(Profile, work.profile_id)
                end_badly(session, profile, ProfileState.FAILED, reason)
                finish(session, work, WorkState.FAILED, used=0, reason=reason)

    desk.act(end)


def _checkpoint(
    studio: Studio, session: Session, version: int, handle: int, step: int, similarity: float
) -> None:
    samples = [(_seal(studio, handle, number), similarity) for number in (1, 2)]
    session.add(
        Checkpoint(
            version_id=version, step=step, similarity=similarity, weights="",
            samples=json.dumps(samples), made_at=clock(session),
        )
    )  # fmt: skip


def draw(desk: Desk, delivered: Sequence[int], dropped: Sequence[int] = ()) -> None:
    """What was asked for is drawn: numbered pictures, and those that fell through the filter."""

    def end() -> None:
        with writing(desk.studio.engine) as session:
            for work in _open(session, WorkKind.DRAW):
                handle = session.get_one(Profile, work.profile_id).handle
                for number, shade in enumerate((*delivered, *dropped), 1):
                    session.add(
                        PictureRow(
                            handle=new_handle(), work_id=work.id or 0, profile_id=work.profile_id, number=number,
                            file=_seal(desk.studio, handle, shade), similarity=0.9 - number / 10,
                            dropped="unlike" if shade in dropped else "",
                        )
                    )  # fmt: skip
                settings = {"base": "pocket", "sampler": "ddim", "steps": "20", "cfg": "2.5", "seed": "7"}
                work.progress = json.dumps({"drawn": settings})
                finish(session, work, WorkState.SUCCEEDED, used=len(delivered))

    desk.act(end)


def _seal(studio: Studio, handle: int, shade: int) -> str:
    name = new_name(handle, "picture")
    studio.files.write(name, picture(shade), studio.keys.open(profile_key(handle)))
    return name


def _open(session: Session, kind: WorkKind) -> Sequence[Work]:
    found = select(Work).where(Work.kind == kind, col(Work.state).in_(OPEN_WORK)).order_by(col(Work.id))
    return session.exec(found).all()
