"""What tests stand on: databases, the visitor, a browser, servers in threads."""

from booking.clock import frozen_at as at

__all__ = ["at"]
