"""Assessment: how good a checkpoint is, which one is the best, when more steps only hurt, and why it went badly.

Nothing here draws or learns: it looks at pictures that were drawn, and at numbers.
"""

from core.assessment.choice import THERE, best, ending
from core.assessment.diagnosis import diagnose
from core.assessment.scores import POOR_BELOW, Examiner, Score

__all__ = ["POOR_BELOW", "THERE", "Examiner", "Score", "best", "diagnose", "ending"]
