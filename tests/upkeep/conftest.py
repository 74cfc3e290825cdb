"""Studios at work, as the tests of the jobs have them."""

from tests.jobs.conftest import ana, begun, models, opens, place, server

__all__ = ["ana", "begun", "models", "opens", "place", "server"]
