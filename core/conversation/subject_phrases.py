"""What is said where a set of photos shows several subjects, and how photos are named by their numbers."""

from collections.abc import Sequence

from core.conversation.language import gettext as _, ngettext, pgettext
from core.conversation.phrases import enumerated
from core.conversation.views import ProfileView
from core.subjects import has_face

SOMEBODY_ELSE = ("other_person", "other_subject")


def whose(draft: ProfileView) -> str:
    """Which photos are whose, in a set that shows several."""
    groups = pgettext("between groups of photos", " and ").join(map(ranges, draft.subjects))
    if has_face(draft.kind, draft.class_word):
        sentence = ngettext(
            "Photos {groups} show {count} different people. Which one should I learn?",
            "Photos {groups} show {count} different people. Which one should I learn?",
            len(draft.subjects),
        )
    else:
        sentence = ngettext(
            "Photos {groups} show {count} different subjects. Which one should I learn?",
            "Photos {groups} show {count} different subjects. Which one should I learn?",
            len(draft.subjects),
        )
    return sentence.format(groups=groups)


def all_one(draft: ProfileView) -> str:
    """What is tapped where I took one subject for several."""
    return _("It is one person") if has_face(draft.kind, draft.class_word) else _("It is one subject")


def ranges(numbers: Sequence[int]) -> str:
    """Numbers as people read them: `1 to 4, 7, 9`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return enumerated(
        part
        for run in runs
        for part in (
            [_("{first} to {last}").format(first=run[0], last=run[-1])] if len(run) > 2 else map(str, run)
        )
    )
