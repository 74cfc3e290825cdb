"""What is said of captions: the list, one of them, texts that came beside photos, and what is wrong with a file."""

from core.captions import LONGEST_CAPTION, REPLACES
from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.views import ProfileView, TextView
from core.names import shown_name

MOST_KILOBYTES = 4
REVIEW = N_(
    "Here is what stands under each photo while I learn; the word {trigger} stands for the subject. Captions say what is "
    "not the subject: the place, the clothes, the light, the expression."
)
PAGE = N_("Page {page} of {pages}.")
HOW = N_(
    'To change one, tap its number, or write "{number}: " and the new text. A .txt with a photo\'s name is its caption too.'
)
ASK_ONE = N_("Photo {number}:\n{caption}\nWrite what shall stand there instead.")
ASK_ALL = N_(
    "What shall change in all captions? Write words to add to each, or what to replace by what:\n"
    "all: film grain\nall: red shirt {arrow} blue shirt\nall: red shirt {arrow}\nThe last one takes it out."
)
FILE = N_(
    "All captions, one line each: the photo's number, a colon, the text. Change what you like and send the file back; "
    "lines that you leave out stay as they are."
)
NO_PHOTO = N_("There is no photo {number} to caption; these are: {numbers}.")
TOO_LONG = N_("That caption has {count} characters; {most} are the most.")
NO_WORDS = N_("A caption needs words; that has none.")
UNCHANGED = N_('None of the captions says "{words}", so nothing was changed.')
FULL = N_("With that the caption of photo {number} would have {count} characters; {most} are the most.")
NOTHING = N_("There is no good photo yet whose caption could be read.")

# {name} is the file's, {line} the number of a line in it.
REFUSALS = {
    "text_too_large": N_("{name} is too large for a caption: {most} KB are the most. Send it shorter."),
    "text_unreadable": N_("{name} is no plain text that I can read; save it as UTF-8 and send it again."),
    "text_empty": N_("{name} is empty; send it again with its words."),
    "text_too_long": N_("{name} is too long for a caption: {letters} characters are the most. Send it shorter."),
    "list_no_number": N_('{name}, line {line}: it must begin with a photo\'s number and a colon, such as "3: smiling". Nothing of the file was taken.'),
    "list_unknown_number": N_("{name}, line {line}: there is no photo with that number. Nothing of the file was taken."),
    "list_twice": N_("{name}, line {line}: that photo has a line above already. Nothing of the file was taken."),
    "list_no_words": N_("{name}, line {line}: there are no words after the number. Nothing of the file was taken."),
    "list_too_long": N_("{name}, line {line}: that is too long, {letters} characters are the most. Nothing of the file was taken."),
    "too_many_bytes": N_("{name} is too large for a caption: {most} KB are the most. Send it shorter."),
    "not_fetched": N_("{name} could not be fetched; send it again."),
}  # fmt: skip


def text_lines(draft: ProfileView) -> list[str]:
    """What became of texts that came beside the photos: those that are the captions of none."""
    lines = [refused(text) for text in draft.texts if text.refusal]
    reading = sum(text.waiting for text in draft.texts)
    if reading:
        lines.append(ngettext("Reading {count} text...", "Reading {count} texts...", reading))
    alone = [text.name for text in draft.texts if not text.waiting and not text.refusal]
    if alone:
        sentence = ngettext(
            "{names} waits for a picture of that name. Pictures keep their names when they are sent as files.",
            "{names} wait for pictures of these names. Pictures keep their names when they are sent as files.",
            len(alone),
        )
        lines.append(sentence.format(names=", ".join(map(shown_name, alone))))
    return lines


def refused(text: TextView) -> str:
    """Why a text was not taken, and what to do."""
    sentence = REFUSALS.get(text.refusal, REFUSALS["not_fetched"])
    return _(sentence).format(
        name=shown_name(text.name) or _("The text"),
        line=text.detail,
        most=MOST_KILOBYTES,
        letters=LONGEST_CAPTION,
    )


def example(caption: str, count: int) -> str:
    """That there are captions, with one of them."""
    sentence = ngettext('Its caption: "{example}".', '{count} captions, such as "{example}".', count)
    return sentence.format(example=caption)


def ask_all() -> str:
    """How to change all captions at once."""
    return _(ASK_ALL).format(arrow=REPLACES)
