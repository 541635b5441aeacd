"""`python -m booking.stripe_simulator`: the simulator as its own program, on 127.0.0.1 only."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress

from booking.stripe_simulator.server import Simulator
from booking.stripe_simulator.settings import Settings, UnsafeSetting


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m booking.stripe_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback only; anything else is refused")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--database", default=":memory:", help="a file keeps everything over a restart")
    parser.add_argument(
        "--app-webhook", help="where the app takes events, such as http://127.0.0.1:8000/webhooks/stripe"
    )
    parser.add_argument(
        "--webhook-secret", action="append", help="whsec_...; several sign side by side, as in a rotation"
    )
    parser.add_argument(
        "--payload", action="append", choices=("snapshot", "thin"), help="kinds of event (default: snapshot)"
    )
    parser.add_argument("--production", action="store_true", help="always refused; for the app's own start-up scripts")
    return parser.parse_args()


def main() -> int:
    """Serve until interrupted; 2 and one sentence when that would be unsafe or the port is taken."""
    given = arguments()
    settings = Settings(
        database=given.database,
        host=given.host,
        port=given.port,
        app_webhook=given.app_webhook,
        webhook_secrets=tuple(given.webhook_secret or Settings().webhook_secrets),
        payloads=tuple(given.payload or ("snapshot",)),
        production=given.production,
    )
    try:
        simulator = Simulator(settings)
    except (UnsafeSetting, OSError) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"Stripe simulator on {simulator.base_url} - no money moves. Console: {simulator.base_url}/_sim/", flush=True)
    with suppress(KeyboardInterrupt):
        simulator.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
