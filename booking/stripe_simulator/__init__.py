"""A stand-in for Stripe that the unmodified stripe-python talks to over HTTP. No money moves.

Its own program (`python -m booking.stripe_simulator`), imported by nothing in the app; tests start it with `Simulator`.
"""

from booking.stripe_simulator.app import create_simulator
from booking.stripe_simulator.server import Simulator
from booking.stripe_simulator.settings import API_VERSION, Settings, UnsafeSetting

__all__ = ["API_VERSION", "Settings", "Simulator", "UnsafeSetting", "create_simulator"]
