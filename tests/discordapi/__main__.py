"""Run the server on its own: `python -m tests.discordapi --port 9200`, then drive people through /ctl."""

import argparse
import signal
import sys

from tests.discordapi.control import ControlledServer
from tests.discordapi.server import TOKEN


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.discordapi", description=__doc__)
    parser.add_argument("--port", type=int, default=9200, help="port on loopback, 0 for any")
    parser.add_argument("--token", default=TOKEN, help="the one bot token it accepts")
    parser.add_argument("--enforce-rates", action="store_true", help="answer 429 where it asks too fast")
    chosen = parser.parse_args()
    stops = {signal.SIGINT, signal.SIGTERM}
    # Blocked before the server's thread starts, so that only sigwait below ever sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with ControlledServer(port=chosen.port, token=chosen.token, enforce_rates=chosen.enforce_rates) as server:
        sys.stdout.write(f"DISCORD_API_URL={server.url}\nDISCORD_TOKEN={server.token}\n{server.url}/ctl\n")
        sys.stdout.flush()
        signal.sigwait(stops)


if __name__ == "__main__":
    main()
