"""What is said of expert settings: what each does, what more and less of it bring, why something cannot be."""

from core.conversation.language import N_

ASK = N_("Expert settings. What is recommended suits this set; nothing here has to be changed.")
NAMES = {
    "steps": N_("Steps"),
    "learning_rate": N_("Learning rate"),
    "batch": N_("Batch"),
    "accumulate": N_("Accumulation"),
    "size": N_("Resolution"),
    "rank": N_("Rank"),
    "prior_weight": N_("Prior weight"),
}
ABOUT = {
    "steps": N_(
        "how often it looks at the photos and corrects itself. More comes closer until it turns stiff, and takes longer; fewer stay looser. It stops early by itself."
    ),
    "learning_rate": N_(
        "how far each step goes. More learns faster and may run away; less is steadier and slower. It may change on the way: 0.005:200, 0.001 is 0.005 up to step 200, then 0.001."
    ),
    "batch": N_(
        "how many photos are looked at together. More makes steps steadier, and needs more memory and time; fewer make them rougher and quicker."
    ),
    "accumulate": N_(
        "how many batches one step learns from. More steadies as a larger batch does without its memory, and each step takes that much longer; 1 is the quickest."
    ),
    "size": N_(
        "how large the photos are when it looks at them, in pixels a side. More keeps finer detail; half the side takes a quarter of the memory and time, and loses what is small."
    ),
    "rank": N_(
        "how much of the base may change. More holds finer detail, in a larger file, and copies photos sooner; less is smaller and more general."
    ),
    "prior_weight": N_(
        "how strongly it keeps knowing others of the class. More keeps them apart from your subject; less comes a little closer, and at 0 all of them begin to look like it."
    ),
}
WHOLE = N_('{setting} is a number; "{value}" is none that would do.')
TOO_MANY = N_(
    "Batch times accumulation is {photos} photos a step, and {most} are the most. Lower one of the two."
)
ONE_SIZE = N_("This base learns at {most} pixels only.")
SIZE_PROBLEMS = {
    "step": N_(
        "The resolution goes in steps of {step} pixels, from {least} to {most}; {value} is none of them."
    ),
    "bounds": N_(
        "The resolution must lie between {least} and {most}; {value} does not. This base was taught at {most}: above that nothing is gained, and below half of it what it knows of pictures no longer holds."
    ),
}
SCHEDULE_PROBLEMS = {
    "rate": N_('Piece {number}, "{piece}": a learning rate lies between {least} and {most}.'),
    "step": N_('Piece {number}, "{piece}": after the colon stands the last step that it is for, 1 or more.'),
    "backwards": N_(
        'Piece {number}, "{piece}", goes backwards: its step must come after the one of the piece before.'
    ),
    "endless": N_('Piece {number}, "{piece}", lasts to the end, so nothing may follow it. Give it a step.'),
    "short": N_(
        'The last piece, "{piece}", ends before the {steps} steps do. Leave its step out, or lower the steps.'
    ),
    "pieces": N_("A schedule has 1 to {pieces} pieces with commas between, such as 0.005:200, 0.001."),
}
