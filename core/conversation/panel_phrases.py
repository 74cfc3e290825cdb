"""What the panel of a draft says, on platforms that show a draft in one message."""

from core.conversation.photo_phrases import photo_panel
from core.conversation.phrases import (
    ASK_CONSENT,
    MINIMUM_PHOTOS,
    RECOMMENDED_PHOTOS,
    RETENTION,
    RETENTION_SHORT,
    plural,
)
from core.conversation.views import ProfileView, View

CONSENTS = {"self": "it's you", "agreed": "they agreed"}
TRAIN_BEGUN = (
    "The photos that were not used are erased, and training is queued. Nothing can be changed any more."
)


def panel(draft: ProfileView, view: View) -> str:
    """Everything about a draft: what it is, its photos with their verdicts, and what is missing."""
    about = [draft.name or "no name yet", draft.class_word or "no class yet"]
    if draft.retention:
        about.append(RETENTION_SHORT[draft.retention])
    if draft.consent in CONSENTS:
        about.append(CONSENTS[draft.consent])
    lines = ["Draft: " + " · ".join(about)]
    if draft.photos:
        lines.append(photo_panel(draft, draft.missing))
    else:
        lines.append(
            f"No photos yet: {RECOMMENDED_PHOTOS[0]} to {RECOMMENDED_PHOTOS[1]} are best, {MINIMUM_PHOTOS} at least. "
            "Sharp, one face each, from different days, angles and light."
        )
    if not draft.retention:
        lines.append("After training, your photos should be...")
        lines += [f"- {sentence}" for sentence in RETENTION.values()]
    if draft.consent not in CONSENTS:
        lines.append(ASK_CONSENT)
    if view.trainings_left is not None:
        lines.append(f"Training takes 1 training credit of {view.trainings_left}.")
    return "\n".join(lines)


def not_yet(missing: str, good: int, waiting: int) -> str:
    """The label of the button that cannot be pressed yet, with the reason."""
    reasons = {
        "class_word": "the class is missing",
        "name": "the name is missing",
        "retention": "say what becomes of the photos",
        "consent": "consent is missing",
        "waiting": f"looking at {plural(waiting, 'photo')}",
        "photos": f"{plural(MINIMUM_PHOTOS - good, 'more good photo')} needed",
    }
    return f"Train: {reasons[missing]}"
