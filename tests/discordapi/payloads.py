"""Discord's things in the shapes that its REST and gateway answer with."""

from typing import Any

from tests.discordapi.model import Channel, File, Guild, Interaction, Json, Message, User

EVERYBODY = 1 << 10 | 1 << 11 | 1 << 15 | 1 << 31  # view, send, attach, use commands
JOINED = "2026-01-01T00:00:00.000000+00:00"


def user(one: User) -> Json:
    """Return a User."""
    return {
        "id": str(one.id), "username": one.name.lower(), "global_name": one.name, "discriminator": "0",
        "avatar": None, "bot": one.bot, "public_flags": 0,
    }  # fmt: skip


def member(one: User, permissions: int = EVERYBODY) -> Json:
    """Return a Member with its user."""
    return {
        "user": user(one), "roles": [], "joined_at": JOINED, "deaf": False, "mute": False, "flags": 0,
        "nick": None, "avatar": None, "permissions": str(permissions),
    }  # fmt: skip


def channel(one: Channel, people: dict[int, User]) -> Json:
    """Return a Channel."""
    if one.guild is None:
        recipients = [user(people[one.recipient])] if one.recipient else []
        return {
            "id": str(one.id),
            "type": 1 if one.recipient else 3,
            "recipients": recipients,
            "last_message_id": None,
        }
    return {
        "id": str(one.id), "type": 0, "guild_id": str(one.guild), "name": "general", "position": 0,
        "permission_overwrites": [], "nsfw": False, "topic": None, "rate_limit_per_user": 0,
        "last_message_id": None, "parent_id": None,
    }  # fmt: skip


def guild(one: Guild, place: Channel, bot: User, people: dict[int, User]) -> Json:
    """Return a Guild as GUILD_CREATE tells it."""
    role = {
        "id": str(one.id), "name": "@everyone", "color": 0, "hoist": False, "position": 0,
        "permissions": str(one.permissions), "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip
    return {
        "id": str(one.id), "name": one.name, "icon": None, "splash": None, "owner_id": str(one.people[0]),
        "afk_channel_id": None, "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "roles": [role], "emojis": [], "stickers": [], "features": [], "mfa_level": 0,
        "application_id": None, "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None,
        "joined_at": JOINED, "large": False, "unavailable": False, "member_count": len(one.people) + 1,
        "voice_states": [], "members": [member(bot)], "channels": [channel(place, people)], "threads": [],
        "presences": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
        "premium_tier": one.tier, "preferred_locale": "en-US", "nsfw_level": 0, "premium_subscription_count": 0,
        "vanity_url_code": None, "description": None, "banner": None, "premium_progress_bar_enabled": False,
    }  # fmt: skip


def file(one: File, base: str) -> Json:
    """Return an Attachment."""
    url = f"{base}/cdn/{one.id}/{one.name}"
    return {
        "id": str(one.id), "filename": one.name, "size": len(one.content), "url": url, "proxy_url": url,
        "content_type": one.mime, "description": one.description or None, "ephemeral": False,
    }  # fmt: skip


def message(one: Message, base: str) -> Json:
    """Return a Message."""
    return {
        "id": str(one.id), "channel_id": str(one.channel), "author": user(one.author), "content": one.content,
        "timestamp": JOINED, "edited_timestamp": JOINED if one.history else None, "tts": False,
        "mention_everyone": False, "mentions": [], "mention_roles": [], "embeds": [], "pinned": False, "type": 0,
        "attachments": [file(each, base) for each in one.files], "flags": one.flags,
        "components": [_resolved(each, one, base) for each in one.components],
    } | ({"nonce": one.nonce} if one.nonce else {})  # fmt: skip


def _resolved(component: Json, one: Message, base: str) -> Json:
    """Return a component as Discord answers it: with the files' addresses, and an id."""
    links = {f"attachment://{each.name}": f"{base}/cdn/{each.id}/{each.name}" for each in one.files}

    def turn(value: Any) -> Any:
        if isinstance(value, dict):
            turned = {key: turn(each) for key, each in value.items()}
            if turned.get("url") in links:
                turned |= {
                    "url": links[turned["url"]],
                    "proxy_url": links[turned["url"]],
                    "width": 1,
                    "height": 1,
                }
            if "type" in turned and isinstance(turned["type"], int):
                turned.setdefault("id", 1)
            if turned.get("type") == 13:
                turned |= {"name": "file", "size": 1}
            return turned
        return [turn(each) for each in value] if isinstance(value, list) else value

    turned: Json = turn(component)
    return turned


def interaction(
    one: Interaction, data: Json, app: int, place: Channel, found: Guild | None, people: dict[int, User], base: str,
    source: Message | None, limit: int,
) -> Json:  # fmt: skip
    """Return what INTERACTION_CREATE tells."""
    installed = found is not None and found.member
    body: Json = {
        "id": str(one.id), "application_id": str(app), "type": one.type, "token": one.token, "version": 1,
        "data": data, "channel_id": str(place.id), "channel": channel(place, people), "locale": one.user.locale,
        "app_permissions": str(found.permissions if found else EVERYBODY), "entitlements": [],
        "authorizing_integration_owners": {"0": str(found.id)} if installed and found else {"1": str(one.user.id)},
        "context": 0 if found else 1 if place.recipient else 2, "attachment_size_limit": limit,
    }  # fmt: skip
    if found:
        body |= {"guild_id": str(found.id), "guild": {"id": str(found.id), "features": [], "locale": "en-US"}}
        body |= {"guild_locale": "en-US", "member": member(one.user)}
    else:
        body["user"] = user(one.user)
    if source:
        body["message"] = message(source, base)
    return body
