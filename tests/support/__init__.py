"""What tests stand on: databases, the visitor, a browser, servers in threads."""

from hypothesis import settings

from booking.clock import frozen_at as at

__all__ = ["at", "thorough"]


def thorough() -> bool:
    """Whether the tests run under a profile that takes its time, as in `make sure`."""
    return settings.get_current_profile_name() != "default"
