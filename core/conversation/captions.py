"""The captions of a draft, reviewed and edited by its owner before anything is learnt from them (SPEC C3, C4)."""

from dataclasses import dataclass, replace
from typing import Self

from core import captions
from core.captions import LONGEST_CAPTION
from core.conversation import captions_phrases
from core.conversation.captions_effects import CaptionAnew, WriteCaptions
from core.conversation.effects import Describe, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Option, Reply, Say, TextFile
from core.conversation.photo_phrases import is_good
from core.conversation.phrases import GONE, STALE, enumerated
from core.conversation.views import PhotoView, ProfileView, View
from core.subjects import FACEID, captions_of

STEP = "captions"
ON_PAGE = 8
LONGEST_IN_LIST = 240  # characters, so that a page fits into every platform's message
ALL = "all"
FILE_NAME = "captions.txt"


@dataclass(frozen=True)
class Reviewing:
    """What of the captions is looked at: a page of the list (`p2`), one photo (`3`), all, or nothing.

    `message` counts how often the list was begun anew: what is written comes below it, and so does the answer.
    """

    message: int = 0
    what: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """As the draft notes it."""
        message, _colon, what = written.partition(":")
        return cls(int(message), what) if message.isdecimal() else cls()

    @property
    def page(self) -> int:
        """The page that is looked at; 0 for none."""
        return int(self.what[1:]) if self.what.startswith("p") and self.what[1:].isdecimal() else 0

    @property
    def asks(self) -> bool:
        """Whether words are expected."""
        return self.what == ALL or self.what.isdecimal()

    def noted(self) -> Describe:
        """What notes it in the draft."""
        return Describe("reviewing", f"{self.message}:{self.what}")


def captioned(draft: ProfileView) -> list[PhotoView]:
    """The photos that are learnt from with their captions: those that are used, or will be once they are looked at."""
    return [photo for photo in draft.photos if photo.chosen or (photo.owner == "kept" and is_good(photo))]


def shown(draft: ProfileView, photo: PhotoView) -> str:
    """A photo's caption as it is learnt: with the trigger in it."""
    return captions.whole(photo.caption, draft.trigger, captions_of(draft.method, draft.kind)[0])


def offered(draft: ProfileView) -> tuple[Option, ...]:
    """The way to the captions, where there are any."""
    if draft.method == FACEID or not captioned(draft):
        return ()
    return (_option(draft, "open", _("Captions")),)


def example(draft: ProfileView) -> str:
    """A line for the summary: that there are captions, and one of them."""
    if draft.method == FACEID:
        return ""
    photos = captioned(draft)
    told = next((photo for photo in photos if photo.caption), photos[0] if photos else None)
    return captions_phrases.example(_short(shown(draft, told)), len(photos)) if told else ""


def listed(draft: ProfileView, reviewing: Reviewing) -> Say:
    """One page of all captions."""
    photos = captioned(draft)
    pages = max(1, -(-len(photos) // ON_PAGE))
    page = min(max(reviewing.page, 1), pages)
    on_page = photos[(page - 1) * ON_PAGE : page * ON_PAGE]
    if not photos:
        return Say(_(captions_phrases.NOTHING), slot=_slot(draft, reviewing))
    lines = [_(captions_phrases.REVIEW).format(trigger=draft.trigger), ""]
    lines += [f"{photo.number}: {_short(shown(draft, photo))}" for photo in on_page]
    how = _(captions_phrases.HOW).format(number=on_page[0].number)
    if pages > 1:
        how = f"{_(captions_phrases.PAGE).format(page=page, pages=pages)} {how}"
    options = [_option(draft, str(photo.number), str(photo.number)) for photo in on_page]
    if page > 1:
        options.append(_option(draft, f"p{page - 1}", _("Back")))
    if page < pages:
        options.append(_option(draft, f"p{page + 1}", _("Next")))
    options += [
        _option(draft, ALL, _("Change all")),
        _option(draft, "file", _("As one file")),
        _option(draft, "done", _("Looks right")),
    ]
    return Say("\n".join([*lines, "", how]), tuple(options), _slot(draft, reviewing))


def again(draft: ProfileView) -> tuple[Reply, ...]:
    """The page that is looked at, after something has changed."""
    reviewing = Reviewing.read(draft.reviewing)
    return (listed(draft, reviewing),) if reviewing.page else ()


def left(draft: ProfileView | None, turn: Turn) -> Turn:
    """Something else of the draft was tapped: words are not meant for a caption any more."""
    reviewing = Reviewing.read(draft.reviewing) if draft else Reviewing()
    if not reviewing.asks:
        return turn
    return replace(turn, effects=(replace(reviewing, what="").noted(), *turn.effects))


def choose(view: View, handle: int, value: str) -> Turn:
    """A tap on one of the options around captions."""
    draft = view.draft
    if draft is None or draft.handle != handle:
        return _say(_(STALE if view.profile(handle) else GONE))
    before = Reviewing.read(draft.reviewing)
    wanted, _equals, number = value.partition("=")
    match wanted:
        case "open":  # wherever an earlier list stands, this one is looked at
            now = Reviewing(before.message + 1, "p1")
            return Turn((now.noted(),), (listed(draft, now),))
        case "file":
            return Turn(replies=(_file(draft),))
        case "done":
            return Turn((replace(before, what="").noted(),), (Say(_("Good, captions stay like that.")),))
        case "anew" if number.isdecimal() and _photo(draft, int(number)):
            now = replace(before, message=before.message + 1, what=_page_of(draft, int(number)))
            return Turn((now.noted(), CaptionAnew(int(number))), (Say(_("Writing it anew...")),))
        case "all":
            return Turn((replace(before, what=ALL).noted(),), (_ask_all(draft, view),))
    if wanted.isdecimal() and (photo := _photo(draft, int(wanted))):
        return Turn((replace(before, what=wanted).noted(),), (_ask_one(draft, view, photo),))
    now = Reviewing(before.message + (not before.page), value)
    return Turn((now.noted(),), (listed(draft, now),)) if now.page else _say(_(STALE))


def takes(draft: ProfileView, words: str) -> bool:
    """Whether words are meant for captions: they say so, or they were asked for."""
    if draft.method == FACEID or not captioned(draft):
        return False
    if captions.for_one(words) or captions.for_all(words):
        return True
    return Reviewing.read(draft.reviewing).asks


def hear_words(draft: ProfileView, words: str) -> Turn:
    """`3: new text`, `all: words`, `all: old -> new`, or what was asked for after a tap."""
    asked = Reviewing.read(draft.reviewing).what
    if one := captions.for_one(words):
        return _write_one(draft, *one)
    if all_of := captions.for_all(words):
        return _change_all(draft, *all_of)
    if asked == ALL:
        return _change_all(draft, *(captions.for_all(f"all: {words}") or ("", "")))
    return _write_one(draft, int(asked), words)


def _write_one(draft: ProfileView, number: int, words: str) -> Turn:
    text = captions.clean(words)
    if _photo(draft, number) is None:
        known = enumerated(str(photo.number) for photo in captioned(draft))
        return _say(_(captions_phrases.NO_PHOTO).format(number=number, numbers=known))
    if not text:
        return _say(_(captions_phrases.NO_WORDS))
    if len(text) > LONGEST_CAPTION:
        return _say(_(captions_phrases.TOO_LONG).format(count=len(text), most=LONGEST_CAPTION))
    return _written(draft, {number: text})


def _change_all(draft: ProfileView, old: str, new: str) -> Turn:
    old, new = captions.clean(old), captions.clean(new)
    if not old and not new:
        return _say(_(captions_phrases.NO_WORDS))
    made = {}
    for photo in captioned(draft):
        text = shown(draft, photo)
        changed = captions.replaced(text, old, new) if old else captions.added(text, new)
        if len(changed) > LONGEST_CAPTION:
            sentence = _(captions_phrases.FULL)
            return _say(sentence.format(number=photo.number, count=len(changed), most=LONGEST_CAPTION))
        if changed != text:
            made[photo.number] = changed
    return _written(draft, made) if made else _say(_(captions_phrases.UNCHANGED).format(words=old or new))


def _written(draft: ProfileView, made: dict[int, str]) -> Turn:
    """Note captions, each with the trigger, and show the list anew, below what was written."""
    opening = captions_of(draft.method, draft.kind)[0]
    whole = {number: captions.whole(text, draft.trigger, opening) for number, text in made.items()}
    photos = tuple(replace(photo, caption=whole.get(photo.number, photo.caption)) for photo in draft.photos)
    changed = replace(draft, photos=photos)
    message = Reviewing.read(draft.reviewing).message + 1
    now = Reviewing(message, _page_of(draft, next(iter(made))))
    return Turn((WriteCaptions(tuple(whole.items())), now.noted()), (listed(changed, now),))


def _ask_one(draft: ProfileView, view: View, photo: PhotoView) -> Reply:
    text = _(captions_phrases.ASK_ONE).format(number=photo.number, caption=shown(draft, photo))
    options = [
        _option(draft, f"anew={photo.number}", _("Write it anew")),
        _option(draft, _page_of(draft, photo.number), _("All captions")),
    ]
    if view.panel:  # where words are written into forms
        options.insert(0, _form(draft, f"caption-{photo.number}"))
    if photo.thumbnail is None:
        return Say(text, tuple(options))
    return Gallery((replace(photo.thumbnail, label=str(photo.number)),), text, tuple(options))


def _ask_all(draft: ProfileView, view: View) -> Say:
    options = [_option(draft, "p1", _("All captions"))]
    if view.panel:
        options.insert(0, _form(draft, "caption-all"))
    return Say(captions_phrases.ask_all(), tuple(options))


def _file(draft: ProfileView) -> TextFile:
    """All captions to be edited elsewhere."""
    known = {photo.number: shown(draft, photo) for photo in captioned(draft)}
    return TextFile(captions.listing(known), FILE_NAME, _(captions_phrases.FILE))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_IN_LIST else f"{text[:LONGEST_IN_LIST].rstrip()}..."


def _photo(draft: ProfileView, number: int) -> PhotoView | None:
    return next((photo for photo in captioned(draft) if photo.number == number), None)


def _page_of(draft: ProfileView, number: int) -> str:
    place = next((place for place, one in enumerate(captioned(draft)) if one.number == number), 0)
    return f"p{place // ON_PAGE + 1}"


def _slot(draft: ProfileView, reviewing: Reviewing) -> str:
    return f"captions-{draft.handle}-{reviewing.message}"


def _option(draft: ProfileView, value: str, label: str) -> Option:
    return Option(f"{STEP}:{draft.handle}:{value}", label)


def _form(draft: ProfileView, what: str) -> Option:
    return Option(f"form:{draft.handle}:{what}", _("Write..."))


def _say(text: str) -> Turn:
    return Turn(replies=(Say(text),))
