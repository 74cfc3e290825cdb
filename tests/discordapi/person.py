"""A person with the app in their hand: what they type, tap and fill in, and what they see."""

import mimetypes
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tests.discordapi import payloads
from tests.discordapi.model import File, Interaction, Json, Message, User, walk
from tests.discordapi.world import World

Seen = TypeVar("Seen")
PATIENCE = 10.0
SUBCOMMAND, STRING, INTEGER, ATTACHMENT = 1, 3, 4, 11


@dataclass(frozen=True)
class Person:
    """One person looking at one channel: their direct messages with the bot, or another (`ana.at(channel)`)."""

    world: World
    user: User
    channel: int

    def at(self, channel: int) -> "Person":
        """Return the same person looking at another channel."""
        return replace(self, channel=channel)

    # ── what they do

    def slash(self, path: str, **options: object) -> Interaction:
        """Use a command by its name and options: `ana.slash("imagine", prompt="as an astronaut")`."""
        with self.world.changing():
            data = self._command(path, options)
            return self.world.interact(2, self.user, self.channel, data)

    def slash_with_file(self, path: str, option: str, name: str, content: bytes) -> Interaction:
        """Use a command that takes a file."""
        with self.world.changing():
            file = self._keep(name, content)
            data = self._command(path, {option: str(file.id)})
            data["resolved"] = {"attachments": {str(file.id): payloads.file(file, self.world.base)}}
            return self.world.interact(2, self.user, self.channel, data)

    def autocomplete(self, path: str, option: str, typed: str = "") -> list[str]:
        """Type into an option, and return what is offered for it."""
        with self.world.changing():
            data = self._command(path, {option: typed}, focused=option)
            asked = self.world.interact(4, self.user, self.channel, data)
        self.wait_for(lambda _: asked.choices is not None)
        return [each["name"] for each in asked.choices or ()]

    def choose(self, path: str, option: str, typed: str) -> str:
        """Return the value that the app sends for the first thing that is offered."""
        with self.world.changing():
            data = self._command(path, {option: typed}, focused=option)
            asked = self.world.interact(4, self.user, self.channel, data)
        self.wait_for(lambda _: asked.choices)
        return str((asked.choices or [{}])[0]["value"])

    def menu(self, name: str, message: Message) -> Interaction:
        """Right-click a message and use a command of its menu."""
        with self.world.changing():
            command = self._registered(name, 3)
            told = payloads.message(message, self.world.base)
            resolved = {"messages": {str(message.id): told}}
            data = {
                "id": command["id"], "name": name, "type": 3, "target_id": str(message.id), "resolved": resolved,
            }  # fmt: skip
            return self.world.interact(2, self.user, self.channel, data)

    def menu_of(self, name: str, other: "Person") -> Interaction:
        """Right-click a person and use a command of their menu."""
        with self.world.changing():
            command, target = self._registered(name, 2), str(other.user.id)
            resolved: Json = {"users": {target: payloads.user(other.user)}}
            guild = self.world.guild_of(self.channel)
            if guild and other.user.id in guild.people:
                told = payloads.member(other.user)
                resolved["members"] = {
                    target: {key: told[key] for key in told.keys() - {"user", "deaf", "mute"}}
                }
            data = {"id": command["id"], "name": name, "type": 2, "target_id": target, "resolved": resolved}
            return self.world.interact(2, self.user, self.channel, data)

    def tap(self, label: str, message: Message | None = None) -> Interaction:
        """Tap a button or pick from a list by its label, on the newest message that has it."""
        with self.world.changing():
            for each in reversed([message] if message else self.messages()):
                for part in each.walk():
                    if part["type"] == 2 and part["label"] == label and not part.get("disabled"):
                        return self.press(part["custom_id"], each)
                    for option in part.get("options", ()) if part["type"] == 3 else ():
                        if option["label"] == label:
                            return self.press(part["custom_id"], each, [option["value"]])
            labels = [label for each in self.messages() for label in each.buttons]
            raise LookupError(f"no button {label!r} to tap, there are {labels}")

    def press(self, custom_id: str, message: Message, values: Sequence[str] | None = None) -> Interaction:
        """Send a button's id as it is, also one that the message does not have."""
        with self.world.changing():
            data: Json = {"custom_id": custom_id, "component_type": 2 if values is None else 3}
            if values is not None:
                data["values"] = list(values)
            return self.world.interact(3, self.user, self.channel, data, message)

    def form(self, asked: Interaction) -> Json:
        """Return the form that opens in answer."""
        self.wait_for(lambda _: asked.modal)
        assert asked.modal is not None
        return asked.modal

    def submit(
        self, asked: Interaction, files: Sequence[tuple[str, bytes]] = (), **fields: str
    ) -> Interaction:
        """Fill the form in that opened in answer, and send it; fields go by their custom ids."""
        modal = self.form(asked)
        with self.world.changing():
            kept = [self._keep(name, content) for name, content in files]
            components = []
            inner = [each["component"] for each in modal["components"]]
            known = {each["custom_id"] for each in inner}
            if unknown := fields.keys() - known:
                raise LookupError(f"the form has {sorted(known)}, not {sorted(unknown)}")
            for number, each in enumerate(inner):
                filled: Json = {"type": each["type"], "id": 2 * number + 2, "custom_id": each["custom_id"]}
                given = fields.get(each["custom_id"], "")
                match each["type"]:
                    case 19:
                        filled["values"] = [str(file.id) for file in kept]
                    case 3:
                        filled["values"] = [given] if given else []
                    case _:
                        filled["value"] = given
                components.append({"type": 18, "id": 2 * number + 1, "component": filled})
            told = {str(file.id): payloads.file(file, self.world.base) for file in kept}
            data: Json = {"custom_id": modal["custom_id"], "components": components}
            if told:
                data["resolved"] = {"attachments": told}
            source = self.world.messages[self.channel].get(asked.source or 0)
            return self.world.interact(5, self.user, self.channel, data, source)

    def send(self, text: str = "", files: Sequence[tuple[str, bytes]] = ()) -> Message:
        """Write a message; the bot hears of it only in direct messages."""
        with self.world.changing():
            kept = tuple(self._keep(name, content) for name, content in files)
            message = Message(self.world.new_id(), self.channel, self.user, text, files=kept)
            self.world.messages[self.channel][message.id] = message
            if self.world.channels[self.channel].recipient == self.user.id:
                told = payloads.message(message, self.world.base)
                self.world.announce("MESSAGE_CREATE", told, None)
            return message

    def _keep(self, name: str, content: bytes) -> File:
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = File(self.world.new_id(), name, content, mime)
        self.world.files[file.id] = file
        return file

    def _registered(self, name: str, kind: int = 1) -> Json:
        for command in self.world.commands:
            if command["name"] == name and command["type"] == kind:
                place = self.world.channels[self.channel]
                context = 0 if place.guild else 1 if place.recipient else 2
                if context not in (command.get("contexts") or [0, 1, 2]):
                    raise LookupError(f"/{name} is not offered here")
                return command
        raise LookupError(f"no command {name!r}, there are {[each['name'] for each in self.world.commands]}")

    def _command(self, path: str, options: dict[str, object], focused: str = "") -> Json:
        name, *rest = path.split()
        command = self._registered(name)
        described = command
        for sub in rest:
            described = next(each for each in described["options"] if each["name"] == sub)
        filled = []
        for key, value in options.items():
            known = {each["name"]: each for each in described.get("options", ())}
            if key not in known:
                raise LookupError(f"/{path} has no option {key!r}, only {sorted(known)}")
            option: Json = {"name": key, "type": known[key]["type"], "value": value}
            if key == focused:
                option["focused"] = True
            filled.append(option)
        for sub in reversed(rest):
            filled = [{"name": sub, "type": SUBCOMMAND, "options": filled}]
        return {"id": command["id"], "name": name, "type": 1, "options": filled}

    # ── what they see

    def messages(self) -> list[Message]:
        """Return the channel as this person sees it, oldest first."""
        with self.world.changed:
            return [
                message
                for _, message in sorted(self.world.messages[self.channel].items())
                if message.only_for in (None, self.user.id)
            ]

    def from_bot(self) -> list[Message]:
        """Return what the bot wrote here, as it stands, without what is only thinking."""
        return [message for message in self.messages() if message.from_bot and not message.loading]

    def wait_for(self, look: Callable[[list[Message]], Seen], timeout: float = PATIENCE) -> Seen:
        """Return what `look` sees in the messages as soon as that is true; TimeoutError shows the channel."""
        end = time.monotonic() + timeout
        with self.world.changed:
            while not (seen := look(self.messages())):
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"not seen within {timeout} s:\n{self.transcript()}")
                self.world.changed.wait(left)
            return seen

    def wait_for_text(self, part: str, timeout: float = PATIENCE) -> Message:
        """Return the newest message of the bot that has these words."""

        def newest(messages: list[Message]) -> Message | None:
            return next((each for each in reversed(messages) if each.from_bot and part in each.words), None)

        found = self.wait_for(newest, timeout)
        assert found is not None
        return found

    def transcript(self) -> str:
        """Return the channel as a person would read it aloud."""
        return "\n".join(
            f"{each.id} {each.author.name}{' (only you)' if each.only_for else ''}: "
            f"{'thinking' if each.loading else repr(each.words)} {len(each.files)} files {each.buttons} {each.grey}"
            for each in self.messages()
        )


def fields(modal: Json) -> dict[str, Any]:
    """Return a form's fields by their custom ids."""
    return {each["custom_id"]: each for each in walk(modal["components"]) if "custom_id" in each}
