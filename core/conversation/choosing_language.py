"""`/language`: the language of the person's client, unless they choose another."""

from core.conversation.effects import SetLanguage, Turn
from core.conversation.language import LANGUAGES, gettext as _, speaking
from core.conversation.messages import Option, Say
from core.conversation.views import View

AS_CLIENT = "client"


def ask(view: View) -> Turn:
    """What is spoken now, and each language under its own name."""
    options = [Option(f"speak:{code}", name) for code, name in LANGUAGES.items()]
    options.append(Option(f"speak:{AS_CLIENT}", _("The language of my app")))
    now = (
        _("I speak English with you, as you chose.")
        if view.chosen
        else _("I speak English, as your app does.")
    )
    return Turn(replies=(Say(now, tuple(options)),))


def choose(code: str, view: View) -> Turn:
    """Speak it from now on, this answer included."""
    if code == AS_CLIENT:
        language, chosen = view.client_language, ""
    elif code in LANGUAGES:
        language = chosen = code
    else:
        return Turn()
    with speaking(language):
        return Turn((SetLanguage(chosen),), (Say(_("From now on I speak English with you.")),))
