"""Whoever can write to the server can wake a worker, and nothing else: no job of theirs is executed."""

import json
import pickle
import signal
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import DefaultSerializer, JSONSerializer

import worker
from core.chat import arrivals
from core.conversation.messages import Photos, Upload
from core.storage.tables import WorkKind, WorkState
from core.work_queue import WorkJob, enqueue, queue_of, signed_with
from tests.chat.people import Person
from tests.jobs.conftest import ana, begun, models, opens, place, server
from tests.jobs.workplace import Workplace, begin, photos, refreshed, send

__all__ = ["ana", "begun", "models", "opens", "place", "server"]  # fixtures

executed: list[str] = []


def reached(*_: object) -> None:
    """What a planted job or callback would call."""
    executed.append("reached")


REACHED = f"{__name__}.reached"


class Pickled:
    """Runs code as soon as somebody unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return reached, ("unpickled",)


@pytest.fixture(autouse=True)
def nothing_yet() -> None:
    executed.clear()


@pytest.fixture
def redis(place: Workplace) -> Redis:
    return place.workshop.redis


@pytest.fixture
def queue(place: Workplace) -> Queue:
    return queue_of(place.workshop.name, place.workshop.redis, place.studio.keys)


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[str]]]:
    """An address on loopback that notes who asks for it."""
    asked: list[str] = []

    class Notes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST  # noqa: N815  (the library's name)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Notes) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/hook", asked
        listening.shutdown()
        thread.join()


@contextmanager
def _signals_kept() -> Iterator[None]:
    """RQ's workers take the signals of their process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _work_off(place: Workplace, queue: Queue) -> None:
    """A real RQ worker takes every job in the queue."""
    one = worker.StudioWorker(
        [queue],
        name=place.workshop.name,
        connection=queue.connection,
        job_class=WorkJob,
        serializer=queue.serializer,
    )
    one.draining = place.workshop.draining
    with _signals_kept():
        one.work(burst=True, with_scheduler=False, logging_level="CRITICAL")


def _a_look(place: Workplace, person: Person) -> tuple[int, int]:
    """A photo waits to be looked at; answers its work and turn."""
    begin(person)
    send(person, photos(1))
    look = place.last(WorkKind.LOOK)
    return look.id or 0, look.turn


def _planted(
    queue: Queue, serializer: type[DefaultSerializer | JSONSerializer], function: str, *arguments: object
) -> None:
    """What somebody with access to the server, but without the key, can put into a queue."""
    Queue(queue.name, connection=queue.connection, serializer=serializer).enqueue(function, *arguments)


def _still_works(place: Workplace, person: Person, queue: Queue) -> bool:
    work, turn = _a_look(place, person)
    enqueue(queue, work, turn)
    _work_off(place, queue)
    return refreshed(place.studio, place.last(WorkKind.LOOK)).state == WorkState.SUCCEEDED


def test_a_signed_job_is_done(place: Workplace, ana: Person, queue: Queue) -> None:
    assert _still_works(place, ana, queue)
    assert queue.count == 0


@pytest.mark.parametrize("serializer", [JSONSerializer, DefaultSerializer])
def test_a_job_that_was_not_signed_is_not_executed(
    place: Workplace, ana: Person, queue: Queue, serializer: type[DefaultSerializer | JSONSerializer]
) -> None:
    _planted(queue, serializer, REACHED)
    _planted(queue, serializer, "os.mkdir", str(place.studio.settings.data_dir / "planted"))

    _work_off(place, queue)

    assert executed == []
    assert not (place.studio.settings.data_dir / "planted").exists()
    assert _still_works(place, ana, queue)


def test_a_pickle_is_never_opened(place: Workplace, ana: Person, queue: Queue, redis: Redis) -> None:
    work, turn = _a_look(place, ana)
    enqueue(queue, work, turn)
    harm = pickle.dumps(Pickled())
    key = f"rq:job:w-{work}-{turn}"
    redis.hset(key, mapping={"meta": harm, "result": harm, "exc_info": harm})
    _planted(queue, DefaultSerializer, REACHED, Pickled())

    _work_off(place, queue)

    assert executed == []
    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED


def test_a_job_that_was_altered_is_not_executed(
    place: Workplace, ana: Person, queue: Queue, redis: Redis
) -> None:
    work, turn = _a_look(place, ana)
    enqueue(queue, work, turn)
    key = f"rq:job:w-{work}-{turn}"
    signed = zlib.decompress(_stored(redis, key)[b"data"])
    altered = signed[:32] + signed[32:].replace(b"core.jobs.run", REACHED.encode())
    assert altered != signed
    redis.hset(key, "data", zlib.compress(altered))

    _work_off(place, queue)

    assert executed == []
    assert place.last(WorkKind.LOOK).state == WorkState.PENDING


def test_a_job_of_another_installation_is_not_executed(place: Workplace, ana: Person, queue: Queue) -> None:
    work, turn = _a_look(place, ana)
    other = Queue(
        queue.name, connection=queue.connection, job_class=WorkJob, serializer=signed_with(b"another key" * 3)
    )
    enqueue(other, work, turn)

    _work_off(place, queue)

    assert place.last(WorkKind.LOOK).state == WorkState.PENDING


def test_even_signed_no_other_function_is_executed(place: Workplace, ana: Person, queue: Queue) -> None:
    queue.enqueue(REACHED)
    queue.enqueue("os.mkdir", str(place.studio.settings.data_dir / "planted"))

    _work_off(place, queue)

    assert executed == []
    assert not (place.studio.settings.data_dir / "planted").exists()
    assert _still_works(place, ana, queue)


def _stored(redis: Redis, key: Any) -> dict[Any, Any]:
    """A job as it lies on the server."""
    return dict(redis.hgetall(key))


def _planting(address: str) -> dict[Any, Any]:
    """What makes RQ call, fetch and repeat things around a job."""
    hooks = [{"url": address, "job_status": when, "method": "POST"} for when in ("finished", "failed")]
    return {
        "success_callback_name": REACHED,
        "failure_callback_name": REACHED,
        "stopped_callback_name": REACHED,
        "webhooks": json.dumps(hooks),
        "retries_left": 3,
        "repeats_left": 3,
        "repeat_intervals": "[0]",
    }


def test_planted_callbacks_and_webhooks_are_dropped(
    place: Workplace, ana: Person, queue: Queue, redis: Redis, webhook: tuple[str, list[str]]
) -> None:
    address, asked = webhook
    work, turn = _a_look(place, ana)
    enqueue(queue, work, turn)
    job = queue.enqueue(REACHED)  # fails
    for key in (f"rq:job:w-{work}-{turn}", job.key):
        redis.hset(key, mapping=_planting(address))

    _work_off(place, queue)

    assert executed == []
    assert asked == []
    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED
    assert queue.count == 0


def test_the_same_planting_works_on_a_worker_that_is_not_ours(
    redis: Redis, webhook: tuple[str, list[str]]
) -> None:
    address, asked = webhook
    plain = Queue("plain", connection=redis, serializer=JSONSerializer)
    job = plain.enqueue("os.getcwd", job_id="plain")
    redis.hset(job.key, mapping=_planting(address))

    with _signals_kept():
        SimpleWorker([plain], connection=redis, serializer=JSONSerializer).work(
            burst=True, with_scheduler=False, logging_level="CRITICAL"
        )

    assert "reached" in executed
    assert "/hook" in asked


def test_a_replayed_job_does_nothing(place: Workplace, ana: Person, queue: Queue, redis: Redis) -> None:
    work, turn = _a_look(place, ana)
    enqueue(queue, work, turn)
    copy = _stored(redis, f"rq:job:w-{work}-{turn}")
    _work_off(place, queue)
    done = refreshed(place.studio, place.last(WorkKind.LOOK))

    for _ in range(3):
        redis.hset(f"rq:job:w-{work}-{turn}", mapping=copy)
        redis.rpush(queue.key, f"w-{work}-{turn}")
        _work_off(place, queue)

    assert refreshed(place.studio, place.last(WorkKind.LOOK)) == done


def test_lining_a_turn_up_twice_is_one_job(place: Workplace, queue: Queue) -> None:
    enqueue(queue, 1, 0)
    enqueue(queue, 1, 0)
    enqueue(queue, 1, 1)

    assert queue.job_ids == ["w-1-0", "w-1-1"]


def test_a_job_holds_two_numbers_and_nothing_of_anybody(
    place: Workplace, ana: Person, queue: Queue, redis: Redis, tmp_path: Path
) -> None:
    begin(ana, name="CANARYNAME")
    ana.say(Photos((Upload(f"{tmp_path}/CANARYFILE.jpg", "u", 5),)))
    (arrival,) = arrivals.waiting(place.studio, "console")
    arrivals.keep(place.studio, arrival, photos(1)[0])
    enqueue(queue, place.last(WorkKind.LOOK).id or 0, 0)

    stored = b"".join(
        zlib.decompress(value) if name == b"data" else value
        for key in redis.scan_iter("rq:job:*")
        for name, value in _stored(redis, key).items()
    )

    assert b"CANARY" not in stored
    assert str(tmp_path).encode() not in stored
