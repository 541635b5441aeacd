"""The gates that are journeys begin where the journeys do."""

from tests.journeys.conftest import a_newsletter_on_a_monday

__all__ = ["a_newsletter_on_a_monday"]
