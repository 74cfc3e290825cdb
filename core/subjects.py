"""What can be learnt, and how: which method suits which subject, and how many photos each wants. Pure."""

from dataclasses import dataclass

CHARACTER, STYLE = "character", "style"
LORA, TEXTUAL_INVERSION, FACEID = "lora", "textual_inversion", "faceid"

# Classes that are recognised by their coat, not by a face that a face pack could find.
FACELESS = frozenset({"cat", "dog", "horse", "rabbit", "bird", "hamster", "guinea pig", "parrot", "fish"})


@dataclass(frozen=True)
class Counts:
    """How many photos a method needs, and from how many to how many it does best."""

    least: int
    recommended: tuple[int, int]


MOST_PHOTOS = 50
MOST_VECTORS = 8  # of a textual inversion
PHOTOS = {  # SPEC I1; several faces steady what FaceID sees, and IP-Adapter's makers show it with five
    LORA: Counts(5, (15, 20)),
    TEXTUAL_INVERSION: Counts(10, (15, 20)),
    FACEID: Counts(1, (3, 5)),
}

# How the subject stands in captions. A word that is learnt must not be learnt with one sentence around it, so its
# captions take turns (Gal et al. 2022, appendix A); the shortest is what samples are drawn with.
CAPTIONS = {
    (LORA, CHARACTER): ("a photo of a {}",),
    (LORA, STYLE): ("a picture in {}",),
    (TEXTUAL_INVERSION, CHARACTER): (
        "a photo of {}",
        "a picture of {}",
        "a portrait of {}",
        "a close photo of {}",
        "a good photo of {}",
    ),
    (TEXTUAL_INVERSION, STYLE): (
        "a picture in the style of {}",
        "a good picture in the style of {}",
        "a close picture in the style of {}",
    ),
}


def captions_of(method: str, kind: str) -> tuple[str, ...]:
    """How captions of a subject begin; a method that learns from none says as LoRA does."""
    about = STYLE if kind == STYLE else CHARACTER
    return CAPTIONS.get((method, about), CAPTIONS[LORA, about])


def has_face(kind: str, class_word: str) -> bool:
    """Whether likeness can be told by faces; "tabby cat" is a cat."""
    return kind != STYLE and not any(
        class_word == word or class_word.endswith(f" {word}") for word in FACELESS
    )


def suits(method: str, kind: str, class_word: str) -> bool:
    """Whether a subject can be learnt by a method; one whose class is not known yet may turn out to be."""
    return method in PHOTOS and (method != FACEID or has_face(kind, class_word))


def stands_for(method: str, *, token: str, class_word: str, word: str) -> str:
    """What a trigger is replaced by before it is encoded; `word` is what a textual inversion is called in prompts."""
    if method == TEXTUAL_INVERSION:
        return f"<{word}>"
    return class_word if method == FACEID else f"{token} {class_word}"


def vectors_for(photos: int) -> int:
    """How many vectors a textual inversion of so many photos has, 1 to 8.

    One below ten photos and one more for every four from there, eight from 34 on. A1111's guide asks for more photos
    where there are more vectors, and shows eight of them with 53 photos; kohya's default of four is
    what 18 to 21 photos get. Each vector takes one of a prompt's 75 places, so it stays at eight.
    """
    return max(1, min(MOST_VECTORS, 1 + (photos - 6) // 4))
