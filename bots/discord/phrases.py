"""What only Discord's bot says, of its commands, forms and permissions; translated where it is said."""

from core.conversation.language import N_

HELP = N_(
    "/profile new - teach me somebody: a form, then a panel that only you see\n"
    "/profile photos - add photos to it; or right-click a message with pictures, Apps, Add photos to profile\n"
    "/profile draft - go on with the profile you were making\n"
    "/imagine - draw; choose whom in its profile field. (red hat:1.3) weighs words, <lora:ID:0.8> adds a profile by "
    "its id, which /profiles shows\n"
    "/profiles - what I have learnt for you\n"
    "/status - what is going on\n"
    "/cancel - stop what is going on\n"
    "/profile delete - delete a profile for ever\n"
    "/forget - erase everything of yours for ever\n"
    "/share, /revoke, /usage - let this server's members draw a profile of yours, stop that, and see who did\n"
    "/export - a profile as a file for A1111, ComfyUI or kohya; /import takes one in\n"
    "/settings, /pool - a server's rules, for its admins, and credits for everybody there\n"
    "/link - be one person here and on another platform\n"
    "/language - the language I speak with you\n"
    "/privacy - what is kept, and your choices\n"
    "In a direct message you may simply send photos."
)
HELP_MENU = N_(
    "Right-click a person, Apps, Make a picture of... - draw what they share here, or what is your own"
)
FORM_AGAIN = N_("That form has arrived already.")
UNKNOWN_BUTTON = N_("That button is none of mine any more. /status shows what is going on.")
NO_PICTURES = N_("That message has no pictures. Choose one with JPG, PNG, WebP, HEIC or AVIF files.")
ALL_THERE = N_("Everything I need in this channel is there.")
USER_INSTALLED = N_(
    "I am not a member of this server, you only brought me along: pictures that take longer than 15 minutes come "
    "to you in a direct message. An admin can add me here: {invite}"
)
LOOK_AGAIN = N_("I cannot look that up just now. Try again in a moment.")
NOTHING_OF_THEIRS = N_("They share nothing here that I could draw.")
NOTHING_OF_YOURS = N_("You have nothing that I could draw. /profile new makes a profile.")
NOT_A_MEMBER = N_(
    "I am not a member of this server, so nothing can be shared here. An admin can add me; /setup says how."
)

LACKING = N_(
    "In this channel I lack: {permissions}. Without them, what takes longer than 15 minutes comes in a "
    "direct message instead. Allow them to my role in the channel's permissions, or add me again with exactly what "
    "I use: {invite}"
)
