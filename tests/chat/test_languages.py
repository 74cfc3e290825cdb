"""In which language people are answered: their client's, the one they chose, or the group's."""

import pytest

from core.conversation import phrases, sharing_phrases
from core.conversation.language import LANGUAGES, gettext, speaking
from core.conversation.messages import Chosen, Command, Say, Text
from core.storage.studio import Studio
from tests.chat.groups import Group, drawn, words
from tests.chat.people import Person


def said_in(language: str, sentence: str) -> str:
    with speaking(language):
        return gettext(sentence)


@pytest.mark.parametrize(
    ("client", "language"),
    [("ru", "ru"), ("es-419", "es"), ("zh-hans", "zh"), ("ar", "ar"), ("pt-BR", "en"), ("", "en")],
)
def test_the_clients_language_is_spoken(ana: Person, client: str, language: str) -> None:
    ana.language = client
    (answer,) = ana.say(Command("help"))
    assert words([answer]) == said_in(language, phrases.HELP)


def test_a_chosen_language_stays_whatever_the_client_speaks(ana: Person) -> None:
    ana.language = "ru"
    (question,) = ana.say(Command("language"))
    assert isinstance(question, Say)
    assert [option.label for option in question.options][:5] == list(LANGUAGES.values())

    (answer,) = ana.tap("中文")
    assert words([answer]) != said_in("ru", "From now on I speak English with you.")
    assert words([answer]) == said_in("zh", "From now on I speak English with you.")
    assert words(ana.say(Command("help"))) == said_in("zh", phrases.HELP)

    ana.say(Command("language"))
    (answer,) = ana.tap(said_in("zh", "The language of my app"))
    assert words([answer]) == said_in("ru", "From now on I speak English with you.")
    assert words(ana.say(Command("help"))) == said_in("ru", phrases.HELP)


def test_a_forged_language_is_none(ana: Person) -> None:
    assert ana.say(Chosen("speak:xx")) == []
    assert words(ana.say(Command("help"))) == said_in("en", phrases.HELP)


def test_what_a_worker_brings_is_told_in_the_askers_language(shared: Group) -> None:
    work = shared.imagine("ben", "a pirate")
    assert work is not None
    shared.hear("ben", Text("hello"), language="es")
    drawn(shared, work)
    (told,) = shared.news()
    assert "Ben" in words([told])
    assert said_in("es", "Likeness under each") not in ("", words([told]))
    assert "Likeness" not in words([told])


def test_a_group_has_a_language_of_its_own(shared: Group) -> None:
    assert words(shared.hear("ben", Command("help"), language="ru")) == said_in("ru", phrases.HELP)

    (panel,) = shared.hear("ana", Command("settings"), admin=True)
    assert isinstance(panel, Say)
    key = next(option.key for option in panel.options if option.key.endswith("language=ar"))
    shared.hear("ana", Chosen(key), admin=True)

    assert words(shared.hear("ben", Command("help"), language="ru")) == said_in("ar", phrases.HELP)
    assert words(shared.hear("cleo", Command("help"))) == said_in("ar", phrases.HELP)


def test_who_is_told_of_a_revocation_reads_it_in_their_language(shared: Group, studio: Studio) -> None:
    shared.hear("ben", Command("imagine", "a pirate"), language="ru")
    shared.hear("ana", Command("revoke"), language="es")

    everything = [words([reply]) for reply in shared.said[shared.chat]]
    assert said_in("ru", sharing_phrases.NOT_DELIVERED) in everything
    assert said_in("en", sharing_phrases.NOT_DELIVERED) not in everything
