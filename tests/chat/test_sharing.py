"""A profile shared with a group: used there by its members, listed, counted, and taken back at once."""

from sqlmodel import select

from core.chat import Incoming, news, objection, respond
from core.conversation.messages import (
    Chosen,
    Command,
    Gallery,
    Left,
    Moved,
    Removed,
    Reply,
    Say,
)
from core.storage.database import reading, writing
from core.storage.keys import space_key
from core.storage.tables import (
    Delivery,
    Grant,
    Member,
    Profile,
    Space,
    WorkState,
)
from core.storage.work import claim
from tests.chat.groups import GROUP, Group, balance, drawn, state, words
from tests.chat.people import Person


def test_sharing_is_asked_of_the_owner_alone_and_said_in_the_group(shared: Group) -> None:
    question = shared.said["ana"][-2]
    assert isinstance(question, Say)
    assert "Its members can draw it there, nowhere else" in question.text
    assert [option.label for option in question.options] == ["Share", "No"]
    assert words(shared.said[GROUP]).endswith(
        'Ana shared Ana summer. Try: /imagine @"Ana summer" as a pirate'
    )


def test_the_question_and_the_announcement_keep_to_the_topic(group: Group, profile: Profile) -> None:
    group.hear("ana", Command("share"), topic="45")
    question = group.said["ana"][-1]
    assert isinstance(question, Say)
    respond(group.studio, Incoming("console", "x", 1000, "ana", "ana", Chosen(question.options[0].key)))
    group.deliver()

    assert "shared Ana summer" in words(group.said[f"{GROUP}/45"])
    assert GROUP not in group.said


def test_members_draw_what_is_shared_and_the_owner_sees_who(shared: Group) -> None:
    assert "Ana summer (Ana)" in words(shared.hear("ben", Command("profiles")))
    work = shared.imagine("ben", '@"ana SUMMER" as a pirate --n 1')
    assert work is not None
    assert "Drawing 1 for Ben" in words(shared.said[GROUP])
    drawn(shared, work)

    (picture,) = shared.news()

    assert isinstance(picture, Gallery)
    assert picture.text.startswith("Ana summer for Ben.")
    shared.hear("ana", Command("usage"))
    assert "Ben: 1 time, 1 picture" in words(shared.said["ana"])


def test_the_only_profile_that_is_shared_needs_no_name(shared: Group, profile: Profile) -> None:
    work = shared.imagine("ben", "as a pirate")

    assert work is not None
    assert work.profile_id == profile.id


def test_it_is_used_there_and_only_there(shared: Group) -> None:
    other = Group(shared.studio, "-200")
    ben = Person(shared.studio, "ben")

    assert other.imagine("ben", '@"Ana summer" as a pirate') is None
    assert "I know no profile" in words(ben.say(Command("imagine", '@"Ana summer" as a pirate')))


def test_revoked_means_nothing_queued_is_delivered_and_the_next_is_refused(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 3")
    assert work is not None
    before = balance(shared, "ben")

    shared.hear("ana", Command("revoke"))

    assert state(shared, work).state == WorkState.CANCELLED
    assert balance(shared, "ben") == before + 3
    assert words(shared.said[GROUP]).count("is not delivered, and its credits are back") == 1
    assert shared.news() == []
    assert "I know no profile" in words(shared.hear("ben", Command("imagine", '@"Ana summer" as a pirate')))


def test_a_picture_that_is_done_but_not_told_is_not_delivered_either(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 1")
    assert work is not None
    before = balance(shared, "ben") + 1
    drawn(shared, work)

    shared.hear("ana", Command("revoke"))

    assert shared.news() == []
    assert not any(isinstance(reply, Gallery) for reply in shared.said[GROUP])
    assert balance(shared, "ben") == before


def test_a_picture_that_is_on_its_way_is_dropped_at_the_door(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 1")
    assert work is not None
    drawn(shared, work)
    news(shared.studio, "console")
    with writing(shared.studio.engine) as session:  # the grant ends behind the back of the delivery
        for grant in session.exec(select(Grant)):
            grant.ended_at = 1.0

    shared.deliver()

    assert not any(isinstance(reply, Gallery) for reply in shared.said[GROUP])
    with reading(shared.studio.engine) as session:
        assert [row.sealed for row in session.exec(select(Delivery)) if row.grant_id] == [b""] * 2


def test_a_worker_that_begins_late_writes_nothing(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate")
    assert work is not None
    shared.hear("ana", Command("revoke"))

    with writing(shared.studio.engine) as session:
        assert claim(session, work.id or 0, work.turn, "w1") is None


def test_sharing_again_does_not_bring_the_old_back(shared: Group, profile: Profile) -> None:
    work = shared.imagine("ben", "as a pirate --n 1")
    assert work is not None
    drawn(shared, work)
    (picture,) = shared.news()
    assert isinstance(picture, Gallery)
    shared.hear("ana", Command("revoke"))
    with reading(shared.studio.engine) as session:
        space = session.exec(select(Space)).one()
    key = f"share:{profile.handle}:{space.handle}"
    respond(shared.studio, Incoming("console", "x", 2000, "ana", "ana", Chosen(key)))
    shared.deliver()

    assert words(shared.hear("ben", Chosen(picture.options[0].key))) == ""
    assert shared.imagine("ben", "as a pirate") is not None


def test_buttons_act_for_the_asker_and_the_owner_alone(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 1")
    assert work is not None
    drawn(shared, work)
    (picture,) = shared.news()
    assert isinstance(picture, Gallery)
    one = Chosen(picture.options[0].key)

    def tap(user: str) -> tuple[str, list[Reply]]:
        incoming = Incoming("console", "g", 1, user, GROUP, one, group=True, space=GROUP)
        return objection(shared.studio, incoming), shared.hear(user, one)

    assert [type(reply).__name__ for reply in tap("ben")[1]] == ["Original"]
    assert [type(reply).__name__ for reply in tap("ana")[1]] == ["Original"]
    said, replies = tap("cleo")
    assert replies == []
    assert said.startswith("This is Ben's")


def test_who_leaves_loses_use_and_takes_along_what_they_shared(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate")
    assert work is not None

    shared.hear("ben", Left())
    assert state(shared, work).state == WorkState.CANCELLED
    assert shared.hear("ben", Chosen(f"again:{work.handle}")) == []

    assert shared.imagine("cleo", "as a pirate") is not None
    shared.hear("ana", Left())
    assert "I know no profile" in words(shared.hear("cleo", Command("imagine", '@"Ana summer" again')))


def test_a_removed_bot_forgets_the_group(shared: Group) -> None:
    with reading(shared.studio.engine) as session:
        space = session.exec(select(Space)).one()

    shared.hear("", Removed())

    with reading(shared.studio.engine) as session:
        assert session.exec(select(Space)).all() == []
        assert session.exec(select(Member)).all() == []
        assert all(grant.ended_at for grant in session.exec(select(Grant)))
    assert shared.studio.keys.find(space_key(space.handle)) is None
    assert "Nothing is shared here yet" in words(shared.hear("ben", Command("profiles")))


def test_a_group_that_moves_keeps_grants_and_pending_replies(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 1")
    assert work is not None
    moved = Group(shared.studio, "-100777")
    moved.hear("ben", Command("help"))  # heard from the new place before the old one says so

    shared.hear("ben", Moved("-100777"))
    drawn(moved, work)

    assert [type(reply).__name__ for reply in moved.news()] == ["Gallery"]
    assert "Ana summer" in words(moved.hear("ben", Command("profiles")))
    with reading(shared.studio.engine) as session:
        assert [space.chat for space in session.exec(select(Space))] == ["-100777"]


def test_deleting_the_profile_ends_its_grants_and_says_so_to_those_who_wait(
    shared: Group, ana: Person
) -> None:
    work = shared.imagine("ben", "as a pirate")
    assert work is not None
    ana.updates = 5000
    ana.say(Command("delete", "Ana summer"))
    ana.tap("Delete for ever")
    shared.deliver()

    assert "is not delivered" in words([*ana.messages.values()])
    with reading(shared.studio.engine) as session:
        assert all(grant.ended_at for grant in session.exec(select(Grant)))
