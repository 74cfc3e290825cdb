"""RQ as the waker-up: a job is one signed `(work id, turn)`; everything true is in the work row.

RQ's retries, callbacks, results, webhooks and scheduler stay off. Its JSON serializer would still run any
importable function that somebody with access to the server wrote into a job, so the payload is signed and one
function allowed.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any, ClassVar

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.utils import as_text

from core.settings import Settings
from core.storage.keys import KeyStore

FUNCTION = "core.jobs.run"
# Whatever else stands in a job on the server would be called, fetched, repeated, waited for or unpacked.
FIELDS = frozenset(
    ("data", "origin", "status", "created_at", "enqueued_at", "timeout", "result_ttl", "failure_ttl")
)
JOB_SECONDS = 3600  # far above a slice; the watchdog of the worker is what ends an overrun
WAKE = "likeness:wake"  # the channel on which somebody is told to look into the database


class SignedJSON:
    """An RQ serializer: JSON behind an HMAC-SHA256 of it; anything else is refused. RQ wants a class, not an object."""

    key: ClassVar[bytes] = b""

    @classmethod
    def dumps(cls, content: Any, *_: Any) -> bytes:
        """Sign."""
        body = json.dumps(content).encode()
        return hmac.digest(cls.key, body, "sha256") + body

    @classmethod
    def loads(cls, signed: bytes, *_: Any) -> Any:
        """Check and read; raises ValueError for what was not signed here."""
        tag, body = signed[:32], signed[32:]
        if not cls.key or not hmac.compare_digest(tag, hmac.digest(cls.key, body, "sha256")):
            raise ValueError("a job that was not signed with this installation's key")
        return json.loads(body)


def signed_with(key: bytes) -> type[SignedJSON]:
    """The serializer of one installation."""
    return type("SignedJSON", (SignedJSON,), {"key": key})


class WorkJob(Job):
    """A job that runs nothing but our one function and calls nobody back."""

    @property
    def func(self) -> Callable[..., Any]:
        """The one function, or a refusal."""
        if self.func_name != FUNCTION:
            raise ValueError(f"a job that asks for {self.func_name}")
        function: Callable[..., Any] = super().func
        return function

    def restore(self, raw_data: Any) -> None:
        """Read from the server only what our own jobs have."""
        super().restore({name: value for name, value in raw_data.items() if as_text(name) in FIELDS})


def connect(settings: Settings) -> Redis:
    """The server that was set, or the embedded one on its private socket."""
    if settings.redis_url:
        return Redis.from_url(settings.redis_url, health_check_interval=15)
    return Redis(unix_socket_path=str(settings.server_socket), health_check_interval=15)


def queue_of(worker: str, redis: Redis, keys: KeyStore) -> Queue:
    """A worker's own queue."""
    return Queue(
        f"work-{worker}", connection=redis, job_class=WorkJob, serializer=signed_with(keys.derive("queue"))
    )


def enqueue(queue: Queue, work_id: int, turn: int) -> None:
    """Line a turn up; lining it up twice is no error."""
    name = f"w-{work_id}-{turn}"
    try:
        queue.enqueue(
            FUNCTION,
            args=(work_id, turn),
            job_id=name,
            unique=True,
            job_timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=60,
            description=name,
        )
    except DuplicateJobError:
        return


def is_lined_up(redis: Redis, work_id: int, turn: int) -> bool:
    """Whether the server still knows the job of this turn; one that was wiped does not."""
    return bool(redis.exists(Job.key_for(f"w-{work_id}-{turn}")))


def wake(redis: Redis, whom: str) -> None:
    """Tell the bots (`news`) or the dispatcher (`work`) to look now; unheard, they look soon anyway."""
    try:
        redis.publish(WAKE, whom)
    except RedisError:
        return


def connect_async(settings: Settings) -> AsyncRedis:
    """The same server, for the bots' event loops; one that is away wakes nobody, and no turn waits for it."""
    retry = AsyncRetry(NoBackoff(), 0)
    if settings.redis_url:
        return AsyncRedis.from_url(settings.redis_url, health_check_interval=15, retry=retry)
    return AsyncRedis(unix_socket_path=str(settings.server_socket), health_check_interval=15, retry=retry)
