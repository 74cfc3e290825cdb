"""What people did and see, as JSON for who acts over HTTP."""

from tests.discordapi.model import Interaction, Json, Message


def acted(one: Interaction) -> Json:
    """Return what a person did, and how the bot answered so far."""
    return {
        "interaction": one.token, "id": str(one.id), "answered": one.answered,
        "waited": one.answer_at - one.at if one.answered else None,
        "original": str(one.original) if one.original else None, "form": one.modal,
    }  # fmt: skip


def shown(message: Message) -> Json:
    """Return a message as a person sees it, without the bytes of its files."""
    return {
        "id": str(message.id), "author": message.author.name, "from_bot": message.from_bot,
        "words": message.words, "buttons": message.buttons, "grey": message.grey, "thinking": message.loading,
        "only_for": str(message.only_for) if message.only_for else None, "edits": len(message.history),
        "files": [{"id": str(each.id), "name": each.name, "size": len(each.content)} for each in message.files],
    }  # fmt: skip
