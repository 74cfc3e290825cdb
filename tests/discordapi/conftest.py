"""A small bot made with the real library, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from discord.http import Route

from tests.discordapi import DiscordServer, Person

START = 20.0  # seconds


class Portrait(discord.ui.Modal, title="A portrait"):
    """A form with a word and a file."""

    name: discord.ui.Label[discord.ui.LayoutView] = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(custom_id="name")
    )
    photos: discord.ui.Label[discord.ui.LayoutView] = discord.ui.Label(
        text="Photos", component=discord.ui.FileUpload(custom_id="photos", min_values=1, max_values=3)
    )

    def __init__(self) -> None:
        super().__init__(custom_id="portrait")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say what came."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        assert isinstance(self.name.component, discord.ui.TextInput)
        assert isinstance(self.photos.component, discord.ui.FileUpload)
        contents = [await each.read() for each in self.photos.component.values]
        await interaction.followup.send(f"{self.name.component.value}: {sum(map(len, contents))} bytes")


class Choice(discord.ui.View):
    """One button that changes its message."""

    @discord.ui.button(label="Yes", custom_id="yes")
    async def yes(self, interaction: discord.Interaction, button: discord.ui.Button["Choice"]) -> None:
        """Say that it was tapped."""
        await interaction.response.edit_message(content="Tapped.", view=None)


class SmallBot(commands.AutoShardedBot):
    """What a test needs of a bot."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(
            "!", intents=intents, help_command=None, chunk_guilds_at_startup=False, guild_ready_timeout=0.1
        )
        self.left: list[int] = []
        self.gone: list[int] = []
        self.settled = threading.Event()

    async def setup_hook(self) -> None:
        """Offer the commands."""
        self.tree.add_command(draw)
        self.tree.add_command(portrait)
        self.tree.add_command(ask)
        self.tree.add_command(look)
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Tell who waits."""
        self.settled.set()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note which server the bot was taken out of."""
        self.left.append(guild.id)

    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Note who left a server."""
        self.gone.append(payload.user.id)


@app_commands.command(description="Draw something.")
async def draw(interaction: discord.Interaction, prompt: str) -> None:
    """Answer later, with a picture."""
    await interaction.response.defer()
    picture = discord.File(__file__, "picture.png")
    await interaction.followup.send(f"Here is {prompt}.", file=picture)
    await interaction.followup.send("Only for you.", ephemeral=True)


@draw.autocomplete("prompt")
async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer two ends of what is typed."""
    return [app_commands.Choice(name=f"{typed} {end}", value=f"{typed}{end}") for end in ("sun", "moon")]


@app_commands.command(description="Send a portrait.")
async def portrait(interaction: discord.Interaction) -> None:
    """Open the form."""
    await interaction.response.send_modal(Portrait())


@app_commands.command(description="Ask something.")
async def ask(interaction: discord.Interaction) -> None:
    """Ask with a button."""
    await interaction.response.send_message("Shall I?", view=Choice(), ephemeral=True)


@app_commands.context_menu(name="Look at it")
async def look(interaction: discord.Interaction, message: discord.Message) -> None:
    """Read a message's file."""
    content = await message.attachments[0].read()
    await interaction.response.send_message(f"{len(content)} bytes")


class Running:
    """A bot in a thread of its own."""

    def __init__(self, server: DiscordServer, intents: discord.Intents, token: str = "") -> None:
        self.bot = SmallBot(intents)
        self.error: BaseException | None = None
        self._token = token or server.token
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self, *, ready: bool = True) -> None:
        """Start it, and wait until it is ready or has given up."""
        self._thread.start()
        if ready:
            assert self.bot.settled.wait(START), self.error
        else:
            self._thread.join(START)

    def stop(self) -> None:
        """Let it say goodbye."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self.bot.close(), self._loop).result(START)
            self._thread.join(START)

    def _run(self) -> None:
        async def run() -> None:
            async with self.bot:
                await self.bot.start(self._token)

        try:
            self._loop.run_until_complete(run())
        except BaseException as error:
            self.error = error
        finally:
            self._loop.close()


@contextmanager
def taken_for_discord(*, shards: int = 1, privileged: int = 0) -> Iterator[DiscordServer]:
    """A server that the library takes for Discord."""
    with DiscordServer(shards=shards, privileged=privileged) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Route, "BASE", f"{server.url}/api/v10")
        yield server


@pytest.fixture(scope="module")
def at() -> Iterator[DiscordServer]:
    """A server that a module's tests share; each brings its own people."""
    with taken_for_discord(shards=2) as server:
        yield server


@pytest.fixture(scope="module")
def bot(at: DiscordServer) -> Iterator[Running]:
    """The small bot, started once: the second shard waits five seconds."""
    running = Running(at, discord.Intents(guilds=True, dm_messages=True))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def here(at: DiscordServer) -> Person:
    """Somebody in a server that the bot is in."""
    person = at.person("Ana")
    return person.at(at.guild("Friday people", person))
