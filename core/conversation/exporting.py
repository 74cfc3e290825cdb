"""A profile as a file for other tools: for its owner alone, and told to nobody else (SPEC P10)."""

from core.conversation import exchange_phrases, phrases
from core.conversation.effects import Export, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Document, Exported, Option, Reply, Say
from core.conversation.views import ProfileView, View
from core.names import normal_name


def export(view: View, words: str) -> Turn:
    """`/export`, or `/export NAME`."""
    if words:
        wanted = normal_name(words.strip('@"'))
        named = next((one for one in view.profiles if normal_name(one.name) == wanted), None)
        if named:
            return export_one(view, named)
        shared = view.space.shared if view.space else ()
        if any(normal_name(one.name) == wanted for one in shared):
            return Turn(replies=(Say(_(exchange_phrases.NOT_YOURS).format(name=words.strip('@"'))),))
        return Turn(replies=(Say(phrases.unknown_profile(words)),))
    current = view.profile(view.current or 0)
    if current and not current.sample:
        return export_one(view, current)
    ready = [one for one in view.profiles if is_exportable(one)]
    if not ready:
        return _alone(view, Say(_(exchange_phrases.NOTHING_TO_EXPORT)))
    if len(ready) == 1:
        return export_one(view, ready[0])
    options = tuple(Option(f"export:{one.handle}", one.name) for one in ready)
    return _alone(view, Say(_(exchange_phrases.WHICH_EXPORT), options))


def is_exportable(profile: ProfileView) -> bool:
    """One's own, trained, agreed to, and a model at all."""
    ours = not profile.sample and profile.method != "faceid"
    return ours and profile.state == "trained" and profile.consent != "withdrawn"


def export_one(view: View, profile: ProfileView) -> Turn:
    """Hand one's own profile out, or say why not."""
    if not is_exportable(profile):
        return _alone(view, Say(exchange_phrases.not_exportable(profile)))
    return Turn((Export(profile.handle),))


def hear_exported(view: View, exported: Exported) -> Turn:
    """The file, to its owner alone."""
    profile = view.profile(exported.profile)
    if profile is None:
        return Turn()
    if exported.about is None or exported.weights is None:
        unknown = _(exchange_phrases.BASE_UNKNOWN).format(name=profile.name, base=profile.base)
        return _alone(view, Say(unknown))
    about = exported.about
    text = exchange_phrases.caption(profile, about, exported.title)
    return _alone(view, Document(exported.weights, about, f"{about.name}.safetensors", text))


def _alone(view: View, reply: Reply) -> Turn:
    """Said to the owner alone; where others read along with a word of where."""
    if not view.group:
        return Turn(replies=(reply,))
    said = exchange_phrases.EXPORT_ALONE if isinstance(reply, Document) else exchange_phrases.ANSWERED_ALONE
    return Turn(replies=(Say(_(said), slot="asked-alone"),), alone=(reply,))
