"""Two people in one server, of whom the first has profiles and shares some."""

from collections.abc import Iterator
from itertools import count

from core.storage.studio import Studio
from tests.bots.shared_profiles import give_profile
from tests.discordapi import DiscordServer, Person

NUMBERS = count()


def people(server: DiscordServer) -> tuple[Person, Person]:
    """Somebody with profiles and somebody else, looking at a channel of their server."""
    number = next(NUMBERS)
    ana, ben = server.person(f"Ana{number}"), server.person(f"Ben{number}")
    channel = server.guild("Friday people", ana, ben)
    return ana.at(channel), ben.at(channel)


def triggers() -> Iterator[str]:
    """Words that stand for nobody else."""
    return (f"z{word}{word}" for word in map(chr, range(ord("a"), ord("z") + 1)))


def share(studio: Studio, ana: Person, *names: str) -> list[int]:
    """Profiles of these names, shared in the server that Ana looks at; answers their handles."""
    made = []
    for name, trigger in zip(names, triggers(), strict=False):
        made.append(give_profile(studio, "discord", ana.user.id, name, f"{trigger}{ana.user.name.lower()}"))
        ana.slash("share", profile=name)
        ana.tap("Share", ana.wait_for_text(f"Share {name} with"))
        ana.wait_for_text(f"shared {name}")
    return made


def guild_of(server: DiscordServer, person: Person) -> int:
    """The number of the server that somebody looks at."""
    guild = server.world.guild_of(person.channel)
    assert guild is not None
    return guild.id
