"""What the conversation may know of the space in which something is heard."""

from dataclasses import replace

from core.chat.scene import Scene
from core.chat.space_views import asked_today, granted, name_of, rules_of, title_of
from core.chat.views import profile_view
from core.conversation.language import gettext as _
from core.conversation.views import ProfileView, SpaceView
from core.storage import ledger
from core.storage.database import clock
from core.storage.tables import Member, Version


def space_view(scene: Scene) -> SpaceView:
    """The space as one of its members may know it; who has left is shown nothing of it."""
    if scene.space is None:
        raise LookupError("nothing was heard in a space")
    studio, session, space, account = scene.studio, scene.session, scene.space, scene.account
    member = session.get(Member, (space.handle, account.id))
    rules, limited = rules_of(space), not studio.settings.unlimited
    shared: list[ProfileView] = []
    for grant, profile in granted(session, space) if member and member.here else ():
        version = session.get(Version, profile.version_id) if profile.version_id else None
        seen = profile_view(studio, session, profile, version, clock(session), with_photos=False)
        owner = ""
        if profile.account_id != account.id:
            sharer = session.get(Member, (space.handle, profile.account_id))
            owner = (name_of(studio, sharer) if sharer else "") or _("somebody")
        left = ledger.balance(session, profile.account_id, ledger.PICTURE) if limited else None
        shared.append(replace(seen, owner=owner, grant=grant.handle, credits=left))
    pool = ledger.balance(session, space.pool_id, ledger.PICTURE) if space.pool_id else 0
    return SpaceView(
        handle=space.handle,
        title=title_of(studio, space),
        here=scene.topic or scene.chat,
        admin=scene.admin,
        rules=rules,
        drawn=asked_today(session, space, account.id or 0) if rules.quota else 0,
        pool=pool if limited else None,
        shared=tuple(shared),
    )
