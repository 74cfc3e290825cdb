"""In which words attributes of a picture are said, as a data file has them; the file decides, nothing here.

    {
      "heads": {"kind": ["man", "cat"], "hat": ["none", "cap"], "hair": ["brown", "red"]},
      "subject": "kind",                                     the head that says what is seen
      "sure": 0.6,                                           the least chance at which a value is said
      "opening": {"head": "look", "words": {"photo": "a photo of a"}},
      "shows": [{"when": {"kind": ["man"]}, "heads": ["hat", "hair"]}],
      "hides": [{"when": {"look": ["ink"]}, "heads": ["hair"]}],
      "words": {"hat": {"none": "", "cap": "a cap"}},        a value that is not listed says itself
      "parts": [{"say": ["{hair} hair"], "own": true}, {"say": ["{hat}"], "own": false}]
    }

`heads` are in the order of the classifier's outputs. A subject has the attributes that `shows` gives it, less those
that `hides` takes. A part is said in the first of its wordings of which everything is told, where its `when` holds;
`own` parts are the subject's own: a caption for a training leaves them out, so that the trigger comes to mean them.
What the classifier is not sure of is left unsaid: a wrong word teaches something wrong, a missing one nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

Told = Mapping[str, str]
"""Values by head."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Part:
    """One thing that may be said."""

    say: tuple[str, ...]
    own: bool
    when: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Sayings:
    """The words for attributes."""

    heads: Mapping[str, tuple[str, ...]]
    subject: str
    sure: float
    opening: tuple[str, Mapping[str, str]]  # the head that decides it, and the words for its values
    shows: tuple[tuple[Mapping[str, Sequence[str]], tuple[str, ...]], ...]
    hides: tuple[tuple[Mapping[str, Sequence[str]], tuple[str, ...]], ...]
    words: Mapping[str, Mapping[str, str]]
    parts: tuple[Part, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read a data file's document; raises ValueError naming what lacks or what is not among its heads."""
        try:
            opening = document["opening"]
            found = cls(
                heads={name: tuple(values) for name, values in document["heads"].items()},
                subject=document["subject"],
                sure=float(document["sure"]),
                opening=(opening["head"], opening["words"]),
                shows=tuple((rule["when"], tuple(rule["heads"])) for rule in document["shows"]),
                hides=tuple((rule["when"], tuple(rule["heads"])) for rule in document["hides"]),
                words=document["words"],
                parts=tuple(
                    Part(tuple(part["say"]), part["own"], part.get("when", {})) for part in document["parts"]
                ),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the words for its attributes lack {error}") from error
        if unknown := found._named() - found.heads.keys():
            raise ValueError(
                f"the words name {', '.join(sorted(unknown))}, which the classifier does not tell"
            )
        return found

    def _named(self) -> set[str]:
        rules = [*self.shows, *self.hides]
        return {
            self.subject,
            self.opening[0],
            *self.words,
            *(name for when, names in rules for name in (*when, *names)),
            *(name for part in self.parts for name in part.when),
            *(name for part in self.parts for wording in part.say for name in _PLACE.findall(wording)),
        }

    def told(self, found: Told) -> dict[str, str]:
        """What of a classifier's answers holds of such a subject."""
        shown = {name for when, names in self.shows if _holds(when, found) for name in names}
        hidden = {name for when, names in self.hides if _holds(when, found) for name in names}
        kept = {self.subject, self.opening[0], *shown} - hidden
        return {name: value for name, value in found.items() if name in kept}

    def said(self, told: Told, *, own: bool = True) -> list[str]:
        """A caption's parts for what is told, with or without what is the subject's own."""
        worded = {name: self.words.get(name, {}).get(value, value) for name, value in told.items()}
        known = {name: words for name, words in worded.items() if words}
        parts = []
        for part in self.parts:
            if (part.own and not own) or not _holds(part.when, told):
                continue
            fitting = (wording for wording in part.say if set(_PLACE.findall(wording)) <= known.keys())
            if wording := next(fitting, ""):
                parts.append(_PLACE.sub(lambda place: known[place[1]], wording))
        return parts

    def named(self, told: Told) -> str:
        """What the subject is."""
        return self.words.get(self.subject, {}).get(told[self.subject], told[self.subject])

    def opened(self, told: Told) -> str:
        """How a caption begins that says everything."""
        head, words = self.opening
        return f"{words.get(told.get(head, ''), '')} {self.named(told)}".strip()


def _holds(when: Mapping[str, Sequence[str]], found: Told) -> bool:
    return all(found.get(name) in values for name, values in when.items())
