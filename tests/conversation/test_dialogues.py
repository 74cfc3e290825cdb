"""The conversation read as dialogue: what a person does, what is said, and what is wanted done."""

from dataclasses import replace

import pytest

from core.artifacts import Verdict
from core.conversation import photo_phrases, phrases, work_phrases
from core.conversation.effects import (
    AddPhotos,
    Confirm,
    Delete,
    Describe,
    Draw,
    Effect,
    Export,
    KeepPhoto,
    OpenDraft,
    PutAside,
    Select,
    SetConsent,
    StopWork,
    Turn,
    WantClass,
)
from core.conversation.messages import (
    Chosen,
    Command,
    Drawing,
    Gallery,
    Heard,
    Learning,
    Looked,
    Option,
    Photos,
    Reply,
    Say,
    Text,
    Upload,
)
from core.conversation.script import take_turn
from core.conversation.views import (
    BaseView,
    PhotoView,
    ProfileView,
    Rules,
    Shown,
    SpaceView,
    VersionView,
    View,
    WorkView,
)
from core.errors import Refusal
from core.prompts import Prompt

HANDLE = 2**52
ROBIN = ProfileView(
    HANDLE + 1, "trained", "Robin", class_word="man", trigger="zarobi", sample=True, consent="agreed"
)
EMPTY = ProfileView(HANDLE, trigger="zanora")
GOOD = tuple(
    PhotoView(number, verdict="accepted", chosen=True, thumbnail=Shown(f"t{number}", "k"))
    for number in range(1, 8)
)
FULL = replace(
    EMPTY, name="Ana", class_word="woman", retention="keep", consent="self", photos=GOOD, photos_done=True
)
TRAINED = replace(
    FULL, state="trained", similarity=0.81, own_similarity=0.88, quality=86.0, floor=0.5, photos=()
)


def view(draft: ProfileView | None = None, *profiles: ProfileView, **more: object) -> View:
    everybody = (ROBIN, *profiles, *((draft,) if draft else ()))
    return replace(View("Ana", profiles=everybody, draft=draft, current=ROBIN.handle), **more)  # type: ignore[arg-type]


def texts(turn: Turn) -> str:
    return "\n".join(reply.text for reply in turn.replies)


def labels(turn: Turn) -> list[str]:
    return [option.label for reply in turn.replies for option in getattr(reply, "options", ())]


def tap(seen: View, turn: Turn, label: str) -> Turn:
    """Tap the option with this label."""
    options: list[Option] = [one for reply in turn.replies for one in getattr(reply, "options", ())]
    return take_turn(seen, Chosen(next(one.key for one in options if one.label.startswith(label))))


def effects(turn: Turn, kind: type[Effect]) -> list[Effect]:
    return [effect for effect in turn.effects if isinstance(effect, kind)]


# ── the first minutes


def test_the_greeting_offers_the_sample_at_once() -> None:
    turn = take_turn(view(pictures_left=10), Command("start"))

    assert "Robin is a sample profile that belongs to you already, with 10 free pictures" in texts(turn)
    assert tap(view(), turn, "Draw Robin").effects[0] == Draw(ROBIN.handle, Prompt("zarobi as an astronaut"))


def test_without_a_sample_the_greeting_says_so() -> None:
    turn = take_turn(View("Ana"), Command("start"))

    assert "no sample profile" in texts(turn)


def test_new_opens_a_draft() -> None:
    assert take_turn(view(), Chosen("new")).effects == (OpenDraft("character"),)


@pytest.mark.parametrize(
    ("draft", "question"),
    [
        (EMPTY, phrases.ASK_CLASS),
        (replace(EMPTY, class_word="woman"), phrases.ASK_NAME),
        (replace(EMPTY, class_word="woman", name="Ana"), phrases.ASK_RETENTION),
        (replace(EMPTY, class_word="woman", name="Ana", retention="keep"), phrases.ASK_CONSENT),
        (replace(FULL, photos=(), photos_done=False), photo_phrases.ask_photos(FULL)),
    ],
)
def test_the_next_question_is_what_the_draft_lacks(draft: ProfileView, question: str) -> None:
    assert question in texts(take_turn(view(draft), Command("new")))


def test_an_answer_is_noted_and_the_next_question_asked() -> None:
    seen = view(EMPTY)
    turn = tap(seen, take_turn(seen, Command("new")), "older woman")

    assert turn.effects == (Describe("class_word", "older woman"),)
    assert texts(turn) == phrases.ASK_NAME


def test_a_class_word_of_ones_own_is_taken_and_the_operator_told() -> None:
    turn = take_turn(view(EMPTY), Text("Tabby Cat"))

    assert turn.effects == (Describe("class_word", "tabby cat"), WantClass("tabby cat"))


@pytest.mark.parametrize(
    "words", ["girl", "teenager", "15-year-old boy", "young child", "12 years old", "babies"]
)
def test_children_are_not_learnt_unless_the_operator_allows_it(words: str) -> None:
    assert effects(take_turn(view(EMPTY), Text(words)), Describe) == []
    assert "do not learn children" in texts(take_turn(view(EMPTY), Text(words)))


def test_the_operator_can_allow_classes_of_minors() -> None:
    assert "girl" in labels(take_turn(view(EMPTY, minors=True), Command("new")))


@pytest.mark.parametrize("words", ["", "a very long description of somebody", "<b>", "woman; drop", "🙂"])
def test_a_class_word_that_is_none_is_refused_with_an_example(words: str) -> None:
    turn = take_turn(view(EMPTY), Text(words))

    assert turn.effects == ()
    assert "One to three words" in texts(turn)


def test_names_ignore_capitals_and_unicode_forms() -> None:
    turn = take_turn(view(replace(EMPTY, class_word="man")), Text("ＲOBIN"))

    assert turn.effects == ()
    assert 'You have a profile "Robin" already' in texts(turn)


def test_a_name_that_does_not_fit_says_how_long_it_may_be() -> None:
    turn = take_turn(view(replace(EMPTY, class_word="man")), Text("x" * 200))

    assert turn.effects == ()
    assert "200 characters; up to 40 fit" in texts(turn)


def test_without_consent_nothing_is_learnt() -> None:
    draft = replace(EMPTY, class_word="woman", name="Ana", retention="keep")
    seen = view(draft)

    turn = tap(seen, take_turn(seen, Command("new")), "Neither")

    assert turn.effects == ()
    assert "must not learn" in texts(turn)


# ── photos


def test_photos_may_come_before_anything_was_asked() -> None:
    photos = Photos((Upload("a", "a"),), "album")

    assert take_turn(view(), photos).effects == (OpenDraft("character"), AddPhotos(photos))


def test_the_panel_names_photo_reason_and_remedy() -> None:
    photos = (
        *GOOD[:3],
        PhotoView(4, verdict="duplicate", other=1),
        PhotoView(5, verdict="several_faces"),
        PhotoView(6, verdict="not_a_picture", detail="pdf"),
        PhotoView(7, waiting=True),
    )
    turn = take_turn(view(replace(FULL, photos=photos, photos_done=False)), Looked(HANDLE))

    said = texts(turn)
    assert "7 photos, thank you. 3 good. Looking at 1 more" in said
    assert "Photo 4 is the same picture as photo 1." in said
    assert "Photo 5 has several faces; send one where you are alone." in said
    assert "Photo 6: that is a PDF; I need JPG, PNG, WebP, HEIC or AVIF pictures." in said


def test_every_verdict_has_a_sentence_that_names_the_photo() -> None:
    of_archives = (Refusal.NO_PHOTOS, Refusal.TOO_MANY_FILES, Refusal.TOO_MANY_PHOTOS)
    for word in [*Verdict, *Refusal]:
        if word not in (Verdict.ACCEPTED, Verdict.UNREADABLE):
            said = photo_phrases.verdict(PhotoView(9, verdict=str(word), detail="x", other=1))
            assert ("ZIP 9" if word in of_archives else "Photo 9") in said


def test_a_file_is_called_by_its_own_name() -> None:
    inside = PhotoView(4, name="holidays/beach.jpg", verdict="damaged")
    whole = PhotoView(4, name="holidays.zip", verdict="too_many_photos", detail="60/12")

    assert photo_phrases.verdict(inside).startswith("Photo 4 (beach.jpg) is damaged")
    assert photo_phrases.verdict(whole) == (
        "Files in holidays.zip: 60, here already: 12. 50 are the most I take; take some out, or send a smaller ZIP."
    )


def test_sizes_are_said_in_megabytes_with_the_limit() -> None:
    said = photo_phrases.verdict(PhotoView(2, verdict="too_many_bytes", detail=str(57 << 20)))

    assert (
        said
        == "Photo 2 is too large: 57 MB, and 50 MB are the most. Send it smaller, or as a photo instead of a file."
    )


def test_all_verdicts_of_one_album_go_to_one_message() -> None:
    first = take_turn(view(replace(FULL, photos=GOOD[:2], photos_done=False)), Looked(HANDLE))
    later = take_turn(view(replace(FULL, photos=GOOD, photos_done=False)), Looked(HANDLE))

    assert [reply.slot for reply in first.replies] == [reply.slot for reply in later.replies] != [""]


def test_the_panel_still_asks_what_is_missing() -> None:
    turn = take_turn(view(replace(EMPTY, photos=GOOD)), Looked(HANDLE))

    assert phrases.ASK_CLASS in texts(turn)
    assert "woman" in labels(turn)


@pytest.mark.parametrize("good", [4, 2])
def test_too_few_photos_do_not_go_on(good: int) -> None:
    draft = replace(FULL, photos=GOOD[:good], photos_done=False)

    turn = take_turn(view(draft), Chosen(f"photos:{HANDLE}:done"))

    assert turn.effects == ()
    assert f"{good} good so far; I need 5 at least. Send {5 - good} more." in texts(turn)


def test_a_photo_can_be_taken_out_and_put_back() -> None:
    seen = view(FULL)
    sheet = tap(seen, take_turn(seen, Chosen(f"photos:{HANDLE}:done")), "Show my photos")
    assert isinstance(sheet.replies[0], Gallery)

    out = tap(seen, sheet, "Take out 3")
    assert out.effects == (KeepPhoto(3, keep=False),)

    without = view(
        replace(FULL, photos=(*GOOD[:2], replace(GOOD[2], owner="removed", chosen=False), *GOOD[3:]))
    )
    again = tap(without, take_turn(without, Chosen(f"photos:{HANDLE}:show")), "Put back 3")
    assert again.effects == (KeepPhoto(3, keep=True),)


def test_the_summary_comes_when_the_last_verdict_is_in() -> None:
    waiting = replace(FULL, photos=(*GOOD, PhotoView(8, waiting=True)))
    assert "Ready." not in texts(take_turn(view(waiting), Looked(HANDLE)))

    assert "Ready." in texts(take_turn(view(FULL), Looked(HANDLE)))


def test_the_summary_shows_everything_before_it_is_frozen() -> None:
    turn = take_turn(view(FULL, training_seconds=130.0, base_title="Pocket"), Command("new"))

    assert "Ana · woman · LoRA on Pocket · 7 photos · zanora · photos kept" in texts(turn)
    assert "bout 2 minutes on this machine" in texts(turn)
    assert tap(view(FULL), turn, "Train").effects == (Confirm(),)


def test_an_old_button_of_a_draft_that_is_no_more_changes_nothing() -> None:
    assert take_turn(view(), Chosen(f"train:{HANDLE}:yes")).effects == ()
    assert texts(take_turn(view(), Chosen(f"train:{HANDLE}:yes"))) == phrases.GONE
    assert texts(take_turn(view(None, FULL), Chosen(f"train:{HANDLE}:yes"))) == phrases.STALE


def test_a_draft_that_was_put_aside_can_be_deleted_by_its_button() -> None:
    key = f"drop:{HANDLE}:all"

    assert take_turn(view(None, FULL), Chosen(key)).effects == (Delete(HANDLE, phrases.deleted("Ana")),)
    assert take_turn(view(FULL), Chosen(key)).effects == (Delete(HANDLE, phrases.deleted("Ana")),)
    assert take_turn(view(None, TRAINED), Chosen(key)).effects == ()
    assert texts(take_turn(view(), Chosen(key))) == phrases.GONE


@pytest.mark.parametrize(
    "key", ["", ":", "erase", "erase:", "erase:abc", "train:1:2:3", "x" * 48, "one:9", "stop:1"]
)
def test_forged_buttons_change_nothing(key: str) -> None:
    assert take_turn(view(FULL), Chosen(key)).effects == ()


def test_words_instead_of_a_tap_repeat_the_question() -> None:
    draft = replace(EMPTY, class_word="woman", name="Ana")

    turn = take_turn(view(draft), Text("whatever"))

    assert turn.effects == ()
    assert phrases.ASK_RETENTION in texts(turn)


def test_not_yet_puts_the_draft_aside() -> None:
    assert take_turn(view(FULL), Chosen(f"train:{HANDLE}:later")).effects == (PutAside(),)


# ── learning


def test_progress_changes_in_place_and_says_phase_step_wait_and_likeness() -> None:
    work = WorkView(
        7, HANDLE, "learn", "running", step=160, steps=400, seconds_left=120.0, similarities=(0.31, 0.58)
    )
    turn = take_turn(view(None, replace(FULL, state="training")), Learning(work))

    assert "step 160 of 400, feature refinement, about 2 minutes" in texts(turn)
    assert "likeness 0.31 -> 0.58" in texts(turn)
    assert [reply.slot for reply in turn.replies] == ["learn-7"]
    assert labels(turn) == ["Stop and keep the best so far", "Cancel"]


@pytest.mark.parametrize(
    ("step", "phase"),
    [(0, "initial learning"), (60, "initial learning"), (61, "feature refinement"), (160, "feature refinement"),
     (161, "style adaptation"), (300, "style adaptation"), (301, "final optimisation"), (400, "final optimisation")],
)  # fmt: skip
def test_phases_follow_the_planned_steps(step: int, phase: str) -> None:
    assert work_phrases.phase(step, 400) == phase


def test_the_end_is_a_message_of_its_own() -> None:
    work = WorkView(
        7, HANDLE, "learn", "succeeded", step=400, steps=400, best_step=240, similarities=(0.5, 0.8)
    )
    turn = take_turn(view(None, TRAINED), Learning(work))

    last, own = turn.replies
    assert last.slot == "learn-7"
    assert isinstance(own, Say)
    assert own.slot == ""
    assert "Likeness 0.81, your own photos reach 0.88." in own.text
    assert "Score 86 of 100: very close." in own.text
    assert "kept step 240 of 400" in own.text


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        ("overtrained", "stopped at step 300 of 400: more made it stiffer"),
        ("flat", "stopped at step 300 of 400: it came"),
    ],
)
def test_a_training_that_stopped_by_itself_says_why(stopped: str, said: str) -> None:
    work = WorkView(7, HANDLE, "learn", "succeeded", step=300, steps=400, best_step=240)
    turn = take_turn(view(None, replace(TRAINED, stopped=stopped)), Learning(work))

    assert said in texts(turn)


def test_a_poor_training_names_its_causes_gives_the_credit_back_and_may_be_tried_again() -> None:
    version = VersionView(1, quality=31.0)
    poor = replace(TRAINED, quality=31.0, causes=("too_few", "light"), version=1, versions=(version,))
    work = WorkView(7, HANDLE, "learn", "succeeded", step=400, steps=400, best_step=400, refunded=True)
    seen = view(None, poor)
    turn = take_turn(seen, Learning(work))

    assert "Score 31 of 100: hardly recognisable." in texts(turn)
    assert "Likely cause: there are few photos." in texts(turn)
    assert "all photos have the same light" in texts(turn)
    assert texts(turn).count("Your credit is back.") == 1
    assert "Train on" in labels(turn)


def test_what_was_learnt_can_be_exported_from_the_message_that_says_so() -> None:
    work = WorkView(7, HANDLE, "learn", "succeeded", step=400, steps=400, best_step=400)
    turn = take_turn(view(None, TRAINED), Learning(work))

    assert "Export" in labels(turn)
    assert tap(view(None, TRAINED), turn, "Export").effects == (Export(HANDLE),)
    face = replace(TRAINED, method="faceid")
    assert "Export" not in labels(take_turn(view(None, face), Learning(work)))


def test_a_sampler_that_a_base_does_not_have_is_refused_when_it_is_asked_for() -> None:
    bases = (BaseView("pocket", samplers=("ddim", "euler")), BaseView("flow", samplers=("euler",)))
    seen = view(None, TRAINED, base="pocket", bases=bases)

    def said(words: str) -> Turn:
        return take_turn(seen, Command("imagine", f"@Ana smiling {words}"))

    assert texts(said("--base flow --sampler ddim")) == "--sampler ddim: flow draws with euler only."
    for drawn in ("--sampler ddim", "--base flow --sampler euler", "--base flow"):
        assert isinstance(said(drawn).effects[0], Draw), drawn


def test_admins_choose_among_the_bases_that_are_there() -> None:
    bases = (BaseView("pocket", "Pocket"), BaseView("pocket-ink", "Pocket in ink"))
    space = SpaceView(3, "Friends", admin=True)
    seen = view(None, group=True, base="pocket", base_title="Pocket", bases=bases, space=space)

    turn = take_turn(seen, Command("settings"))

    assert {"Only Pocket", "Only Pocket in ink"} <= {*labels(turn)}
    assert "Every base" not in labels(turn)
    limited = replace(seen, space=replace(space, rules=Rules(base="pocket-ink")))
    turn = take_turn(limited, Command("settings"))
    assert {"Only Pocket", "Every base"} <= {*labels(turn)}
    assert "Only Pocket in ink" not in labels(turn)


def test_the_curve_is_shown_on_a_tap_with_what_its_marks_mean() -> None:
    shown = Shown("1/curve-1", "key")
    seen = view(None, replace(TRAINED, curve=shown))
    turn = take_turn(seen, Chosen(f"curve:{HANDLE}"))

    (gallery,) = turn.replies
    assert isinstance(gallery, Gallery)
    assert gallery.pictures == (shown,)
    assert "square: likeness" in gallery.text


def test_a_failed_training_names_cause_remedy_and_credit() -> None:
    work = WorkView(7, HANDLE, "learn", "failed", reason="too_few")
    turn = take_turn(view(None, replace(FULL, state="failed")), Learning(work))

    assert (
        "too few of the photos could be used. Send at least five sharp ones. Your credit is back."
        in texts(turn)
    )


def test_a_training_can_be_cancelled_or_stopped_with_the_best() -> None:
    work = WorkView(7, HANDLE, "learn", "running", step=1, steps=2)
    seen = view(None, replace(FULL, state="training"), works=(work,))

    assert take_turn(seen, Chosen("stop:7")).effects == (StopWork(7),)
    assert take_turn(seen, Chosen("best:7")).effects == (StopWork(7, keep=True),)
    assert take_turn(seen, Command("cancel")).effects == (StopWork(7),)


def test_a_silent_worker_is_said_and_nothing_is_lost() -> None:
    work = WorkView(7, HANDLE, "learn", "pending")
    turn = take_turn(view(None, replace(FULL, state="queued"), worker_alive=False), Learning(work))

    assert texts(turn) == phrases.WORKER_GONE


# ── drawing


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("as a pirate", "Robin"),
        ("@ana as a pirate", "Ana"),
        ('@"ANA" as a pirate', "Ana"),
        ("zanora in snow", "Ana"),
    ],
)
def test_imagine_means_the_named_the_triggered_or_the_current_profile(words: str, name: str) -> None:
    seen = view(None, TRAINED)
    (effect,) = take_turn(seen, Command("imagine", words)).effects

    assert isinstance(effect, Draw)
    drawn = seen.profile(effect.profile)
    assert drawn is not None
    assert drawn.name == name


def test_when_the_current_profile_is_deleted_the_newest_is_drawn() -> None:
    (effect,) = take_turn(view(None, TRAINED, current=None), Command("imagine", "in snow")).effects

    assert isinstance(effect, Draw)
    assert effect.profile == HANDLE


def test_a_profile_one_may_not_use_is_unknown() -> None:
    turn = take_turn(view(), Command("imagine", "@somebody in a forest"))

    assert turn.effects == ()
    assert 'I know no profile "somebody" that you may use.' in texts(turn)


def test_a_bad_flag_is_named_with_its_column() -> None:
    turn = take_turn(view(), Command("imagine", "a hat --steps 5000"))

    assert turn.effects == ()
    assert "--steps 5000: 1 to 100 is what fits. (column 7)" in texts(turn)


def test_more_than_is_left_is_refused_with_the_balance() -> None:
    turn = take_turn(view(pictures_left=2), Command("imagine", "a hat"))

    assert turn.effects == ()
    assert "takes 4 pictures, and 2 pictures of your plan are left" in texts(turn)


def test_a_prompt_during_the_training_waits_for_it() -> None:
    training = replace(FULL, state="training")
    turn = take_turn(view(None, training), Drawing(WorkView(7, HANDLE, "draw", "pending", asked=4)))

    assert texts(turn) == "Ana is still learning. I draw 4 as soon as it is ready."


def _drawn(state: str = "succeeded") -> WorkView:
    pictures = tuple((HANDLE + n, Shown(f"p{n}", "k", f"likeness 0.7{n}")) for n in range(5))
    return WorkView(7, HANDLE, "draw", state, asked=3, delivered=pictures[:3], dropped=pictures[3:])


def test_the_pictures_come_with_floor_own_likeness_and_what_was_dropped() -> None:
    turn = take_turn(view(None, TRAINED), Drawing(_drawn()))

    (reply,) = turn.replies
    assert isinstance(reply, Gallery)
    assert len(reply.pictures) == 3
    assert "the least that passes is 0.50; your own photos reach 0.88" in reply.text
    assert "I dropped 2 that looked less like Ana." in reply.text
    assert labels(turn) == ["1", "2", "3", "Again", "Show dropped", "i"]


def test_the_dropped_ones_can_be_looked_at() -> None:
    seen = view(None, TRAINED, works=(_drawn(),))

    (reply,) = take_turn(seen, Chosen("dropped:7")).replies

    assert isinstance(reply, Gallery)
    assert len(reply.pictures) == 2


def test_without_photos_and_template_the_result_says_that_nothing_was_checked() -> None:
    work = replace(_drawn(), dropped=(), filter_off="photos")
    assert "No likeness check" in texts(take_turn(view(None, TRAINED), Drawing(work)))


def test_a_drawing_in_which_nothing_passed_gives_the_credits_back() -> None:
    work = replace(_drawn(), delivered=())
    assert "Your credits are back" in texts(take_turn(view(None, TRAINED), Drawing(work)))


# ── deleting, consent, groups


def test_deleting_is_asked_once_and_only_then_done() -> None:
    seen = view(None, TRAINED)
    asked = take_turn(seen, Command("delete", "ana"))
    assert asked.effects == ()
    assert "This cannot be undone." in texts(asked)

    done = tap(seen, asked, "Delete for ever")
    assert done.effects == (Delete(HANDLE, phrases.deleted("Ana")),)
    assert done.replies == ()  # it is said when the keys are gone


def test_consent_can_be_withdrawn_and_then_nothing_is_drawn() -> None:
    seen = view(None, TRAINED)
    turn = tap(seen, take_turn(seen, Command("privacy")), "Withdraw consent for Ana")
    assert turn.effects == (SetConsent(HANDLE, "withdrawn"),)

    withdrawn = view(None, replace(TRAINED, consent="withdrawn"))
    assert take_turn(withdrawn, Command("imagine", "@ana")).effects == ()


def test_another_profile_can_be_made_the_current_one() -> None:
    seen = view(None, TRAINED)
    assert tap(seen, take_turn(seen, Command("profiles")), "Use Ana").effects == (Select(HANDLE),)


@pytest.mark.parametrize(
    "heard", [Photos((Upload("a", "a"),)), Command("new"), Command("privacy"), Command("delete")]
)
def test_photos_and_profiles_stay_out_of_groups(heard: Heard) -> None:
    turn = take_turn(view(FULL, group=True), heard)

    assert turn.effects == ()
    assert texts(turn) == phrases.PRIVATE_ONLY


def test_chatter_in_a_group_is_not_answered() -> None:
    assert take_turn(view(FULL, group=True), Text("lovely weather")) == Turn()


def test_every_option_fits_every_platform() -> None:
    replies: list[Reply] = []
    for seen in (view(), view(EMPTY), view(FULL), view(None, TRAINED)):
        for name in ("start", "new", "profiles", "status", "delete", "privacy", "cancel", "help", "imagine"):
            replies += take_turn(seen, Command(name)).replies
    for reply in replies:
        for option in getattr(reply, "options", ()):
            assert len(option.key.encode()) <= 64
            assert option.label
