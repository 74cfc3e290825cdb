"""Studios at work, as the tests of the jobs have them."""

from tests.jobs.conftest import ana, models, opens, place, server

__all__ = ["ana", "models", "opens", "place", "server"]
