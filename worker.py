"""The process that has the models: it announces itself and takes jobs from its own queue, one at a time."""

import logging
import os
import signal
import socket
import threading
import time
import warnings

from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.job import Job
from rq.worker.base import BaseWorker

from core.jobs import announce, keep_announcing, open_workshop, save_live
from core.settings import Settings
from core.storage.studio import open_studio
from core.work_queue import WorkJob, connect, queue_of

log = logging.getLogger("worker")


class StudioWorker(SimpleWorker):
    """Never forks: weights stay loaded between jobs, and CUDA does not survive a fork.

    The lease of the work row is what tells that a worker is alive; RQ's own heartbeat is short beside it.
    """

    log_job_description = False

    draining: threading.Event

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0) -> int:
        """The base class's time to live instead of the whole job timeout."""
        return BaseWorker.get_heartbeat_ttl(self, job, working_time)

    def handle_warm_shutdown_request(self) -> None:
        """SIGTERM: the running slice ends at its next unit, saved."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # RQ's own
        self.draining.set()


def main() -> None:
    """Work until SIGTERM; then save what is live and end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    logging.getLogger("rq").setLevel(logging.WARNING)
    # insightface calls what scikit-image will remove in a version that is pinned away.
    warnings.filterwarnings("ignore", ".*estimate.*is deprecated", FutureWarning)
    settings = Settings()
    studio = open_studio(settings)
    name = f"{socket.gethostname()}-{os.getpid()}"
    workshop = open_workshop(studio, name)
    announce(workshop, time.time())
    threading.Thread(target=keep_announcing, args=(workshop,), name="announce", daemon=True).start()
    redis = connect(settings)
    queue = queue_of(name, redis, studio.keys)
    worker = StudioWorker(
        [queue], name=name, connection=redis, job_class=WorkJob, serializer=queue.serializer
    )
    worker.draining = workshop.draining
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        worker.work(with_scheduler=False, logging_level="WARNING")
    except RedisError as lost:
        log.warning("%s: the queue is gone; the supervisor starts me again", type(lost).__name__)
    workshop.draining.set()
    with workshop.busy:
        save_live(workshop)
    workshop.intake.close()


if __name__ == "__main__":
    main()
