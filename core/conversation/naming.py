"""What a profile may be called."""

from core.conversation import phrases
from core.conversation.language import gettext as _
from core.conversation.views import ProfileView, View
from core.names import normal_name

LONGEST_NAME = 40


def refusal(draft: ProfileView, view: View, name: str) -> str:
    """Why a draft cannot have this name, or an empty string."""
    if len(name) > LONGEST_NAME:
        return phrases.name_too_long(len(name), LONGEST_NAME)
    if any(char in name for char in '<>@"') or not any(char.isalnum() for char in name):
        return _('A name needs a letter or digit, and none of < > @ ". Another one?')
    taken = [one.name for one in view.profiles if normal_name(one.name) == normal_name(name)]
    return phrases.name_taken(taken[0]) if taken and draft.name not in taken else ""
