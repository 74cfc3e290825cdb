"""`python -m core.upkeep`: all duties until SIGTERM."""

import logging
import signal

from core.settings import Settings
from core.storage.studio import open_studio
from core.upkeep import Upkeep
from core.work_queue import connect


def main() -> None:
    """Run all duties until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s upkeep %(levelname)s %(message)s")
    settings = Settings()
    upkeep = Upkeep(open_studio(settings), connect(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: upkeep.stopping.set())
    upkeep.start()
    upkeep.stopping.wait()


if __name__ == "__main__":
    main()
