"""How Discord shows each reply, by the best way that is open still.

The first answer to an interaction replaces "thinking" and can be repeated without harm, as can every change.
Later answers are follow-ups. After fifteen minutes, or after a restart, replies go to the channel, and where the
bot may not write, or in private, to a direct message; those carry a nonce, with which Discord recognises a
repetition.
"""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

import aiohttp
import discord
import yarl

from bots.discord import layout
from bots.discord.errors import NEVER_SENT, is_gone, is_over, meaning
from bots.discord.fetch import fetch
from bots.discord.guilds import SILENT, UNKNOWN_MEMBER, UNKNOWN_USER, is_out, means_perhaps_out
from bots.discord.hear import PLATFORM
from bots.discord.lines import Line, Lines
from bots.discord.places import Place
from bots.discord.rates import TOGETHER, limits
from bots.platform import MessageGone, NotNow, Refused, SpaceGone, Unanswered
from bots.rates import Rates
from core.chat.outbox import Outgoing
from core.conversation.messages import Upload
from core.storage.studio import Studio

log = logging.getLogger(__name__)

SEND_SECONDS = 45.0  # less than a delivery's lease
AGAIN_SECONDS = 1.0
SMALLEST_LIMIT = 10 << 20  # bytes of a file where nobody pays for more
QUIET = discord.AllowedMentions.none()


@dataclass(frozen=True)
class Message:
    """A message as it is noted: `channel/id` where the bot itself may change it, `id` where only a token can."""

    id: int
    channel: int = 0

    @classmethod
    def read(cls, written: str) -> "Message":
        """The message that was noted."""
        channel, _, number = written.rpartition("/")
        return cls(int(number), int(channel or 0))

    def __str__(self) -> str:
        """As it is noted."""
        return f"{self.channel}/{self.id}" if self.channel else str(self.id)


class DiscordPlatform:
    """Discord, as `bots.platform` wants a platform."""

    name = PLATFORM

    def __init__(
        self, client: discord.Client, studio: Studio, lines: Lines, rates: Rates | None = None
    ) -> None:
        self._client = client
        self._studio = studio
        self._lines = lines
        self._rates = rates or Rates(limits, TOGETHER)
        self._over: set[int] = set()  # channels of servers that the bot was found to be out of
        self._own_host = yarl.URL(studio.settings.discord_api_url).host or ""

    @property
    def bot(self) -> str:
        """The application's number."""
        return str(self._client.application_id or 0)

    async def show(self, outgoing: Outgoing) -> tuple[str, str]:
        """Send or replace; answers the message's id and which pictures it shows."""
        place = Place.read(outgoing.chat)
        way = await self._way(outgoing, place)
        if wait := self._rates.take(place.channel or place.user, outgoing.message):
            raise NotNow(wait)
        if way is None:  # what answers an interaction is free of Discord's limit on everything
            await asyncio.sleep(self._rates.turn())
        shown = await asyncio.to_thread(
            layout.content, outgoing.reply, self._studio, self._file_limit(place, way)
        )
        try:
            async with asyncio.timeout(SEND_SECONDS):
                message = await self._send(outgoing, place, way, shown)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if self._repeatable(outgoing, way) or isinstance(error, NEVER_SENT):
                raise NotNow(AGAIN_SECONDS) from error
            raise Unanswered(type(error).__name__) from error
        except discord.RateLimited as error:
            self._rates.hold(place.channel or place.user, error.retry_after)
            raise NotNow(error.retry_after) from error
        except discord.DiscordException as error:
            raise self._not_shown(error, outgoing, way) from error
        return str(message), layout.media(self._studio, outgoing.reply)

    async def fetch(self, upload: Upload) -> bytes:
        """Download an announced file. Raises PhotoRefused, or NotNow when Discord does not answer."""
        return await fetch(self._client, upload, self._own_host)

    async def is_admin(self, space: str, user: str) -> bool | None:
        """Whether somebody may manage a server at this moment; None when Discord does not say."""
        guild = self._client.get_guild(int(space))
        if guild is None:
            return None
        try:
            member = await guild.fetch_member(int(user))
        except discord.NotFound:
            return False
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("whether somebody is an admin is not known: %s", type(error).__name__)
            return None
        return member.guild_permissions.manage_guild

    async def is_member(self, space: str, user: str) -> bool | None:
        """Whether somebody is in a server at this moment, which no intent is needed to ask."""
        try:
            await self._client.http.get_member(int(space), int(user))
        except discord.HTTPException as error:
            if error.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
                return False
            if means_perhaps_out(error) and await is_out(self._client, int(space)):
                raise SpaceGone(f"{error.status}/{error.code}", space) from error
            log.warning("whether somebody is a member is not known: %d/%d", error.status, error.code)
            return None
        except SILENT as error:
            log.warning("whether somebody is a member is not known: %s", type(error).__name__)
            return None
        return True

    async def _way(self, outgoing: Outgoing, place: Place) -> Line | None:
        """The interaction through which this is shown; None when the bot has to write by itself."""
        if outgoing.message:
            return await self._lines.of_message(Message.read(outgoing.message).id)
        return await self._lines.waiting(place) or await self._lines.newest(place)

    async def _send(
        self, outgoing: Outgoing, place: Place, way: Line | None, shown: layout.Content
    ) -> Message:
        if outgoing.message:
            return await self._change(Message.read(outgoing.message), place, way, shown)
        if way:
            return await self._answer(place, way, shown)
        return await self._write(outgoing, place, shown)

    async def _answer(self, place: Place, way: Line, shown: layout.Content) -> Message:
        """Answer an interaction, for the first time or once more."""
        view, files = layout.view(shown, place.user), layout.files(shown)
        if way.waiting:
            sent: discord.Message = await way.interaction.edit_original_response(
                view=view, attachments=files, allowed_mentions=QUIET
            )
            way.waiting, way.original = False, sent.id
        else:
            sent = await way.interaction.followup.send(
                view=view, files=files, ephemeral=way.ephemeral, allowed_mentions=QUIET, wait=True
            )
        self._lines.can_change(way, sent.id)
        ours = not way.ephemeral and not way.interaction.context.private_channel
        return Message(sent.id, way.interaction.channel_id or 0 if ours else 0)

    async def _change(
        self, message: Message, place: Place, way: Line | None, shown: layout.Content
    ) -> Message:
        """Replace a message, by its interaction or as its author."""
        view, files = layout.view(shown, place.user), layout.files(shown)
        if way and way.original == message.id:
            await way.interaction.edit_original_response(view=view, attachments=files, allowed_mentions=QUIET)
        elif way:
            await way.interaction.followup.edit_message(
                message.id, view=view, attachments=files, allowed_mentions=QUIET
            )
        elif message.channel:
            channel = self._client.get_partial_messageable(message.channel)
            await channel.get_partial_message(message.id).edit(
                view=view, attachments=files, allowed_mentions=QUIET
            )
        else:
            raise MessageGone("only its interaction could change it, and that is over")
        return message

    async def _write(self, outgoing: Outgoing, place: Place, shown: layout.Content) -> Message:
        """Write as the bot: into the channel, or where that is not allowed in a direct message."""
        send = partial(self._post, outgoing, place, shown)
        if place.channel:
            try:
                return await send(self._client.get_partial_messageable(place.channel), mention=True)
            except (discord.Forbidden, discord.NotFound) as refused:
                await self._look_for_server(refused, place.channel)
                log.info("delivery %d goes to a direct message: no way into the channel", outgoing.id)
        return await send(await self._client.create_dm(discord.Object(place.user)), mention=False)

    async def _look_for_server(self, refused: discord.HTTPException, channel: int) -> None:
        """Raises SpaceGone, once for each channel, when the bot is not only kept out of the channel."""
        found = self._client.get_channel(channel)
        guild = getattr(found, "guild", None)
        if guild is None or channel in self._over or not means_perhaps_out(refused):
            return
        if await is_out(self._client, guild.id):
            self._over.add(channel)
            raise SpaceGone(f"{refused.status}/{refused.code}", str(guild.id), elsewhere=True)

    async def _post(
        self,
        outgoing: Outgoing,
        place: Place,
        shown: layout.Content,
        channel: discord.PartialMessageable | discord.DMChannel,
        *,
        mention: bool,
    ) -> Message:
        asker = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(place.user)])
        sent = await channel.send(
            view=layout.view(shown, place.user, mention=mention),
            files=layout.files(shown),
            nonce=outgoing.id,
            allowed_mentions=asker if mention else QUIET,
        )
        return Message(sent.id, channel.id)

    def _file_limit(self, place: Place, way: Line | None) -> int:
        """Bytes of one file: by the person's and the server's plan where an interaction tells, else the server's."""
        if way:
            return way.interaction.filesize_limit
        channel = self._client.get_channel(place.channel) if place.channel else None
        guild = getattr(channel, "guild", None)
        return int(guild.filesize_limit) if guild else SMALLEST_LIMIT

    def _repeatable(self, outgoing: Outgoing, way: Line | None) -> bool:
        """Whether sending it again could not show it twice."""
        return bool(outgoing.message) or way is None or way.waiting

    def _not_shown(self, error: discord.DiscordException, outgoing: Outgoing, way: Line | None) -> Exception:
        if way and is_over(error):
            way.end()
            return NotNow(0.0)
        if outgoing.message and is_gone(error):
            return MessageGone(outgoing.message)
        meant = meaning(error, repeatable=self._repeatable(outgoing, way))
        if isinstance(meant, Refused):
            log.warning("delivery %d is refused: %s", outgoing.id, meant)
        return meant
