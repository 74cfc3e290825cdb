"""From photos as people send them to a dataset: measure each, judge them as a set, choose, crop, report.

`measure` looks at pixels and is slow; everything after it is a pure function of what was measured.
"""

from core.curation.choosing import choose
from core.curation.cropping import centre_crop, crop
from core.curation.judging import divided, judge
from core.curation.measuring import Measured, measure
from core.curation.reporting import ReportCard, report_card

__all__ = [
    "Measured",
    "ReportCard",
    "centre_crop",
    "choose",
    "crop",
    "divided",
    "judge",
    "measure",
    "report_card",
]
