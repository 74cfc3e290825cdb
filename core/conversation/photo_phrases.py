"""What is said of photos: verdicts with reason and remedy, and what to add next."""

from core.conversation.captions_phrases import text_lines
from core.conversation.language import N_, gettext as _, ngettext, pgettext
from core.conversation.phrases import MOST_MEGABYTES, MOST_MEGAPIXELS, enumerated
from core.conversation.subject_phrases import SOMEBODY_ELSE, ranges, whose
from core.conversation.verdict_phrases import ARCHIVES, VERDICTS
from core.conversation.views import PhotoView, ProfileView
from core.names import clean_name, shown_name
from core.report import FAIR_FROM, GOOD_FROM, Card
from core.subjects import FACEID, LORA, MOST_PHOTOS, PHOTOS, STYLE, Counts
from core.verdicts import is_used

LONGEST_FILE = 40  # characters of a file's name
# Said once of all copies of a photo, and of all that were taken out.
TOGETHER = {
    "removed": N_("Photos {numbers}: taken out by you."),
    "duplicate": N_("Photos {numbers} are the same picture as photo {other}, the best of them."),
    "near_duplicate": N_(
        "Photos {numbers} are nearly the same picture as photo {other}, the best of them; other moments teach me more."
    ),
}
FINAL = N_(
    "That photo cannot be used: what is wrong with it leaves nothing to learn. Send another one instead."
)
_ANY = ("photos", "more_photos")  # codes that ask for no kind of photo
_MOST_KINDS = 3  # asked for at once


def counts(draft: ProfileView) -> Counts:
    """How many photos a draft's method wants."""
    return PHOTOS.get(draft.method, PHOTOS[LORA])


def ask_photos(draft: ProfileView) -> str:
    """How many photos, and which."""
    least, most = counts(draft).recommended
    if draft.method == FACEID:
        sentence = _(
            "Now the photos: one is enough, {least} to {most} are better. "
            "Sharp, one face each, looking at the camera. Sent as files they keep their full quality."
        )
    elif draft.kind == STYLE:
        sentence = _(
            "Now the pictures: {least} to {most} are best, {minimum} at least. "
            "Quality beats quantity: sharp, all in the style, of different things. "
            "Sent as files they keep their full quality."
        )
    else:
        sentence = _(
            "Now the photos: {least} to {most} are best, {minimum} at least. "
            "Quality beats quantity: sharp, one face each, from different days, angles and light. "
            "Sent as files they keep their full quality."
        )
    asked = sentence.format(least=least, most=most, minimum=counts(draft).least)
    return asked + " " + _("A ZIP of them will do, too.")


def verdict(photo: PhotoView) -> str:
    """What is wrong with a photo, why it matters and what to do, or an empty string."""
    if photo.owner == "removed":
        return _("Photo {number}: taken out by you.").format(number=photo.number)
    if is_good(photo) or photo.verdict not in VERDICTS | ARCHIVES:
        return ""
    name = shown_name(clean_name(photo.name.rpartition("/")[2], LONGEST_FILE))
    if photo.verdict in ARCHIVES and (photo.verdict not in VERDICTS or photo.name.lower().endswith(".zip")):
        count, _slash, held = photo.detail.partition("/")
        return _(ARCHIVES[photo.verdict]).format(
            name=name or _("ZIP {number}").format(number=photo.number),
            count=count,
            held=held,
            most=MOST_PHOTOS,
            size=size(photo.detail),
            in_brackets=in_brackets(photo.detail),
        )
    return _(VERDICTS[photo.verdict]).format(
        number=f"{photo.number} ({name})" if name else photo.number,
        other=photo.other,
        in_brackets=in_brackets(photo.detail),
        kind=kind(photo.detail),
        size=size(photo.detail),
        most=MOST_MEGAPIXELS,
    )


def photo_panel(draft: ProfileView) -> str:
    """The one message about the photos: what arrived, what is good, what is not, what next."""
    waiting = [photo for photo in draft.photos if photo.waiting]
    good = [photo for photo in draft.photos if is_good(photo)]
    arrived = [
        ngettext("{count} photo, thank you.", "{count} photos, thank you.", len(draft.photos)),
        *([] if draft.subjects else [ngettext("{count} good.", "{count} good.", len(good))]),
    ]
    if waiting and good:
        arrived.append(ngettext("Looking at {count} more...", "Looking at {count} more...", len(waiting)))
    elif waiting:
        arrived.append(_("Looking..."))
    lines = [" ".join(arrived)]
    if good and not draft.subjects:
        numbers = enumerated(str(photo.number) for photo in good)
        lines.append(pgettext("photos by number", "Good: {numbers}.").format(numbers=numbers))
    lines += _verdicts(draft)
    lines += text_lines(draft)
    if draft.subjects:
        return "\n".join([*lines, whose(draft)])
    least, most = counts(draft).recommended
    best_next = next_photos(draft)
    if len(good) < least:
        reached = _("{good} of {least} to {most}.").format(good=len(good), least=least, most=most)
        lines.append(f"{reached} {best_next}".strip())
    elif best_next:
        lines.append(best_next)
    if draft.card and len(good) >= counts(draft).least:
        lines.append(expected(draft.card))
    return "\n".join(lines)


def _verdicts(draft: ProfileView) -> list[str]:
    """Everything that is said of single photos, by number; what is the same of several is said where the first is."""
    together: dict[tuple[str, int | None], list[PhotoView]] = {}
    for photo in draft.photos:
        together.setdefault(_said_with(photo), []).append(photo)
    lines = []
    for photo in draft.photos:
        key, alike = _said_with(photo), together[_said_with(photo)]
        if draft.subjects and photo.verdict in SOMEBODY_ELSE:
            continue
        if len(alike) == 1 or key[0] not in TOGETHER:
            lines.append(verdict(photo))
        elif photo is alike[0]:
            numbers = ranges([one.number for one in alike])
            lines.append(_(TOGETHER[key[0]]).format(numbers=numbers, other=photo.other))
    return [line for line in lines if line]


def _said_with(photo: PhotoView) -> tuple[str, int | None]:
    """What several photos have in common for which they are named together."""
    if photo.owner == "removed":
        return photo.owner, None
    return ("", photo.number) if is_good(photo) else (photo.verdict, photo.other)


def expected(card: Card) -> str:
    """What may be expected of a training on these photos, and what that means."""
    if card.expected >= GOOD_FROM:
        sentence = _(
            "Expected quality: {grade} of 100, high. Photos like these mostly make a close likeness."
        )
    elif card.expected >= FAIR_FROM:
        sentence = _(
            "Expected quality: {grade} of 100, fair. It should be recognisable; better photos would raise it."
        )
    else:
        sentence = _(
            "Expected quality: {grade} of 100, low. Clearer photos first, or a closer word for what they show."
        )
    return sentence.format(grade=round(card.expected))


def card_text(draft: ProfileView, card: Card) -> str:
    """The report card in words: the picture's rows, from the top."""
    least, most = card.recommended
    lines = [
        _("{good} of {least} to {most}.").format(good=card.counted, least=least, most=most),
        expected(card),
    ]
    if card.angles:
        left, front, right = card.angles
        lines.append(
            _("Turned: {left} to the left, {front} straight, {right} to the right.").format(
                left=left, front=front, right=right
            )
        )
    if card.distances:
        portrait, half, full = card.distances
        lines.append(
            _("Distance: {portrait} portraits, {half} half figures, {full} whole ones.").format(
                portrait=portrait, half=half, full=full
            )
        )
    dim, even, bright = card.light
    lines.append(
        _("Light: {dim} dim, {even} even, {bright} bright.").format(dim=dim, even=even, bright=bright)
    )
    if card.expressions:
        lines.append(_("Different expressions: {count}.").format(count=card.expressions))
    lines.append(_("Different backgrounds: {count}.").format(count=card.backgrounds))
    return "\n".join([*lines, next_photos(draft)]).strip()


def is_good(photo: PhotoView) -> bool:
    """Whether a photo counts."""
    return is_used(photo.verdict, photo.owner)


def next_photos(profile: ProfileView) -> str:
    """What to add next and how many of it, or an empty string; the few most useful things are enough to do."""
    card = profile.card
    add = card.add if card else dict.fromkeys(profile.missing, 1)
    kinds = {code: count for code, count in add.items() if code not in _ANY and wanted(code, count)}
    kinds = dict(list(kinds.items())[:_MOST_KINDS])
    named = [wanted(code, count) for code, count in kinds.items()]
    total = max(0, card.recommended[0] - card.counted) if card else sum(add.get(code, 0) for code in _ANY)
    if total > sum(kinds.values()):
        photos = wanted("more_photos", total)
        if not named:
            return _("Best next: {photos}.").format(photos=photos)
        return _("Best next: {photos}, among them {kinds}.").format(photos=photos, kinds=enumerated(named))
    if len(named) > 1:
        return _("Best next: {photos}, and {others}.").format(photos=named[0], others=named[1])
    return _("Best next: {photos}.").format(photos=named[0]) if named else ""


def wanted(code: str, count: int) -> str:
    """So many photos of a kind that a set lacks, or an empty string for a code that is unknown."""
    match code:
        case "photos" | "more_photos":
            text = ngettext("{count} more photo", "{count} more photos", count)
        case "angles":
            text = ngettext("{count} with the face turned", "{count} with the face turned", count)
        case "backgrounds":
            text = ngettext(
                "{count} in another place, best outdoors", "{count} in other places, one outdoors", count
            )
        case "light":
            text = ngettext("{count} in other light", "{count} in other light", count)
        case "distances":
            text = ngettext("{count} from farther away", "{count} from farther away", count)
        case "expressions":
            text = ngettext("{count} with another expression", "{count} with other expressions", count)
        case _:
            return ""
    return text


def good_photos(draft: ProfileView) -> int:
    """How many photos of a draft count."""
    return sum(map(is_good, draft.photos))


def too_few(draft: ProfileView) -> str:
    """Why it cannot go on yet."""
    if draft.subjects:
        return whose(draft)
    good, least = good_photos(draft), counts(draft).least
    have = ngettext(
        "{count} good so far; I need {minimum} at least.",
        "{count} good so far; I need {minimum} at least.",
        good,
    ).format(minimum=least)
    send = ngettext("Send {count} more.", "Send {count} more.", least - good)
    return f"{have} {send}"


KINDS = {
    "pdf": N_("a PDF"), "zip": N_("a ZIP archive"), "rar": N_("an archive"), "7z": N_("an archive"), "gzip": N_("an archive"),
    "gif": N_("a GIF"), "mp4": N_("a video"), "mov": N_("a video"), "webm": N_("a video"), "avi": N_("a video"),
    "mp3": N_("a sound file"), "wav": N_("a sound file"), "ogg": N_("a sound file"), "docx": N_("a Word document"),
    "xlsx": N_("a spreadsheet"), "pptx": N_("a presentation"), "text": N_("a text"), "html": N_("a web page"),
    "exe": N_("a program"), "svg": N_("an SVG drawing"), "raw": N_("a camera's raw file"), "tiff": N_("a TIFF"),
    "bmp": N_("a BMP"), "ico": N_("an icon"), "psd": N_("a Photoshop file"), "jpeg2000": N_("a JPEG 2000"), "jpeg-xl": N_("a JPEG XL"),
}  # fmt: skip


def kind(code: str) -> str:
    """What somebody sent instead of a photo."""
    return _(KINDS[code]) if code in KINDS else code or _("a kind of file I do not know")


def size(detail: str) -> str:
    """A number of bytes in megabytes, beside the limit, or a platform's own sentence about it."""
    if not detail.isdecimal():
        return _(detail)
    return _("{megabytes} MB, and {most} MB are the most").format(
        megabytes=int(detail) >> 20, most=MOST_MEGABYTES
    )


def in_brackets(detail: str) -> str:
    """A detail, if there is one."""
    return _(" ({detail})").format(detail=_(detail)) if detail else ""
