"""`python -m core.support HANDLE FOLDER`: an operator's look into a profile, while its owner allows it (SPEC A4).

Every look is written down and told to the owner; without an open window nothing is opened.
"""

import sys
from pathlib import Path

from sqlmodel import select

from core.settings import Settings
from core.storage.database import clock, writing
from core.storage.keys import account_key, photos_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import Account, Delivery, Identity, Opening, Photo, Profile


class WindowClosed(Exception):
    """The owner has not opened a support window, or it is over."""


def look_into(studio: Studio, handle: int, folder: Path) -> list[Path]:
    """Write the profile's photos into a folder for the operator; raises `WindowClosed`."""
    with writing(studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.handle == handle)).first()
        now = clock(session)
        if profile is None or profile.support_until <= now:
            raise WindowClosed
        session.add(Opening(profile_id=profile.id or 0, at=now, told=True))
        account = session.get_one(Account, profile.account_id)
        key = account_key(account.handle)
        text = (
            "The operator of this machine has just looked at your photos, as you allowed. /privacy ends that."
        )
        body = {"kind": "Say", "text": text, "options": [], "slot": ""}
        for identity in session.exec(select(Identity).where(Identity.account_id == account.id)):
            session.add(
                Delivery(
                    platform=identity.platform,
                    chat=identity.user,
                    account_id=account.id or 0,
                    key=key,
                    sealed=studio.seal(key, body, "delivery"),
                    made_at=now,
                )
            )
        files = session.exec(select(Photo.file).where(Photo.profile_id == profile.id, Photo.file != "")).all()
    opened = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(files, 1):
        path = folder / f"{number}.jpg"
        path.write_bytes(studio.files.read(name, studio.keys.open(photos_key(handle))))
        opened.append(path)
    return opened


def main() -> int:
    """Look, or say why not."""
    if len(sys.argv) != 3 or not sys.argv[1].isdecimal():
        sys.stderr.write("usage: python -m core.support HANDLE FOLDER\n")
        return 2
    try:
        opened = look_into(open_studio(Settings()), int(sys.argv[1]), Path(sys.argv[2]))
    except WindowClosed:
        sys.stderr.write("The owner has not opened a support window for that profile (/privacy opens one).\n")
        return 1
    sys.stdout.write(f"{len(opened)} photos; the owner has been told. Delete them when you are done.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
