"""What is said of each verdict on a photo, and of an archive as a whole: reason and remedy."""

from core.conversation.language import N_

# {in_brackets} is empty or what `in_brackets` answers, {kind} is one of KINDS.
VERDICTS = {
    "duplicate": N_("Photo {number} is the same picture as photo {other}."),
    "near_duplicate": N_(
        "Photo {number} is nearly the same picture as photo {other}; one from another moment teaches me more."
    ),
    "slightly_blurred": N_(
        "Photo {number} is a little blurred; a sharper one would do, or this one as a file."
    ),
    "blurred": N_("Photo {number} is blurred; send a sharp one, or this one as a file."),
    "noisy": N_("Photo {number} is grainy; one with more light would do."),
    "too_dark": N_("Photo {number} is too dark to see the face; one in daylight would do."),
    "too_bright": N_("Photo {number} is blown out; one out of the direct sun would do."),
    "low_contrast": N_("Photo {number} is flat and hazy; one in clear light would do."),
    "filtered": N_("Photo {number} went through a filter that took its colours; send the original."),
    "too_small": N_("Photo {number} is too small{in_brackets}; send the original as a file."),
    "no_face": N_("Photo {number}: I find no face; one where the face is clear would do."),
    "several_faces": N_("Photo {number} has several faces; send one where you are alone."),
    "face_too_small": N_("Photo {number}: the face is too small; come closer, or crop it."),
    "cut_off": N_("Photo {number}: the face leaves the picture; send one that shows it whole."),
    "covered": N_("Photo {number}: something covers the face; send one that shows all of it."),
    "turned": N_("Photo {number}: the face is turned too far; send one that shows both eyes."),
    "eyes_closed": N_("Photo {number}: the eyes are closed; send one in which they are open."),
    "other_person": N_("Photo {number} shows somebody else than the rest; send one of the same person."),
    "other_subject": N_("Photo {number} shows something else than the rest; send one of the same subject."),
    "empty": N_("Photo {number} arrived empty; send it again."),
    "not_a_picture": N_("Photo {number}: that is {kind}; I need JPG, PNG, WebP, HEIC or AVIF pictures."),
    "unknown_format": N_("Photo {number}: I cannot read {kind}; send JPG, PNG, WebP, HEIC or AVIF."),
    "too_many_bytes": N_(
        "Photo {number} is too large: {size}. Send it smaller, or as a photo instead of a file."
    ),
    "too_many_pixels": N_(
        "Photo {number} has too many pixels{in_brackets}: {most} megapixels are the most. Send it smaller."
    ),
    "truncated": N_("Photo {number} broke off on the way; send it again."),
    "damaged": N_("Photo {number} is damaged and cannot be opened; send another copy."),
    "too_slow": N_("Photo {number} takes too long to open; save it as a plain JPG and send that."),
    "too_much_memory": N_("Photo {number} is too large to open here; send it smaller."),
    "not_fetched": N_("Photo {number} could not be fetched{in_brackets}; send it again."),
    "encrypted": N_("Photo {number} is locked with a password; send it without one."),
    "link": N_("Photo {number} is only a link to a file elsewhere; send the file itself."),
    "named_twice": N_("Photo {number}: the ZIP has two files of this name; give one of them another."),
    "packed_otherwise": N_("Photo {number} is packed in a way I do not read; send it by itself."),
    "unpacks_to_too_much": N_("Photo {number} would unpack to far more than a photo; send it by itself."),
    "unsafe_name": N_("Photo {number}: its name leads out of the ZIP; send it by itself."),
}
# Of an archive as a whole; what is not here is said as of a photo. {count} is its number of files.
ARCHIVES = {
    "too_many_photos": N_(
        "Files in {name}: {count}, here already: {held}. {most} are the most I take; take some out, or send a smaller ZIP."
    ),
    "too_many_files": N_("Files in {name}: {count}, which is more than I open. Send a smaller ZIP."),
    "unpacks_to_too_much": N_(
        "{name} would unpack to {count} MB; that is more than I open. Send it in parts."
    ),
    "too_many_bytes": N_("{name} is too large: {size}. Send it in parts."),
    "no_photos": N_("{name} holds no photos."),
    "encrypted": N_("{name} is locked with a password; send it without one."),
    "packed_otherwise": N_("{name} is packed in a way I do not read; pack it as an ordinary ZIP."),
    "truncated": N_("{name} broke off on the way; send it again."),
    "damaged": N_("{name} is damaged and cannot be opened; send another copy."),
    "not_fetched": N_("{name} could not be fetched{in_brackets}; send it again."),
}
