"""A server's rules are its admins', and Discord is asked who they are at the moment of the tap."""

from core.conversation.sharing_phrases import ADMINS_ONLY
from tests.bots.processes import BotProcess
from tests.discordapi import DiscordServer


def test_only_who_may_manage_a_server_changes_its_rules(running: BotProcess, shared: DiscordServer) -> None:
    owner, member = shared.person("Olga"), shared.person("Mia")
    channel = shared.guild("Book people", owner, member)
    olga, mia = owner.at(channel), member.at(channel)

    mia.slash("settings")
    refused = mia.wait_for_text(ADMINS_ONLY)
    olga.slash("settings")
    rules = olga.wait_for_text("everybody may ask")

    assert refused.only_for == mia.user.id
    assert rules.only_for == olga.user.id
    assert [call.status for call in shared.calls("GET /guilds/members")] == [200, 200]


def test_who_has_left_is_no_admin(running: BotProcess, shared: DiscordServer) -> None:
    owner, member = shared.person("Olga"), shared.person("Mia")
    channel = shared.guild("Chess people", owner, member)
    olga = owner.at(channel)
    olga.slash("settings")
    rules = olga.wait_for_text("everybody may ask")

    shared.leave(owner, channel)
    olga.tap(rules.buttons[0], rules)

    assert olga.wait_for_text(ADMINS_ONLY).only_for == olga.user.id
