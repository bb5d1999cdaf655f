"""Do fifty stations at once, each repeating itself ten times, leave one stack a delivery?

EAKTE_TEST_DELIVERIES names how many deliveries there are: a share by default, 1000 for all of it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from sqlalchemy import func, select

from eakte.model.batch import Batch
from eakte.model.content import Content
from eakte.model.job import Job
from eakte.signed import receipt_faults
from tests.crash.houses import House
from tests.crash.stations import scanning_pc
from tests.crash.test_serving_killed import opened

pytestmark = pytest.mark.crash

DELIVERIES = int(os.environ.get("EAKTE_TEST_DELIVERIES", "60"))
CLIENTS, REPEATS = 50, 10
MOST_TRIES = 40


def content_of(number: int) -> bytes:
    return f"Stapel {number}\n".encode() * 50


def test_fifty_clients_repeating_every_delivery_ten_times_make_one_stack_of_each(
    house: House,
) -> None:
    pc = scanning_pc(house, house.logs / "pc")
    token = (pc.home / "station.token").read_text()
    wanted = [number for number in range(1, DELIVERIES + 1) for _ in range(REPEATS)]
    random.Random(3).shuffle(wanted)  # noqa: S311  # an order at random, no secret
    answers: dict[int, set[bytes]] = {number: set() for number in wanted}
    statuses: list[int] = []
    guard = Lock()

    def client(mine: list[int]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", caller.port, timeout=120)
        for number in mine:
            for _ in range(MOST_TRIES):
                content = content_of(number)
                digest = hashlib.sha256(content).hexdigest()
                said = f"sha256={digest}&size={len(content)}&number={number}"
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Idempotency-Key": f"lauf-{number}",
                    "Content-Type": "application/octet-stream",
                }
                try:
                    line.request("POST", f"/api/v1/batches?{said}", content, headers)
                    answer = line.getresponse()
                    body, status = answer.read(), answer.status
                except (OSError, http.client.HTTPException):
                    line.close()
                    continue
                if status in (200, 201):
                    break
                assert status == 503, (status, body)
                time.sleep(0.2)
            else:
                raise AssertionError(f"delivery {number} was never acknowledged")
            with guard:
                statuses.append(status)
                answers[number].add(body)
        line.close()

    with opened(house, worker=False) as (_, caller):
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as clients:
            for done in [
                clients.submit(client, wanted[start::CLIENTS]) for start in range(CLIENTS)
            ]:
                done.result()
        took = time.monotonic() - began
    print(f"{len(wanted)} deliveries in {took:.1f} s, {len(wanted) / took:.0f} a second")
    assert len(statuses) == DELIVERIES * REPEATS
    assert statuses.count(201) <= DELIVERIES, "an answer may be lost, a second stack may not be"
    for number, given in answers.items():
        [written] = given  # word for word the same receipt, ten times
        told = json.loads(written)
        assert receipt_faults(told, {pc.key}) == []
        assert told["sha256"] == hashlib.sha256(content_of(number)).hexdigest()
    with house.office() as office, office.as_system() as work:
        rows = work.session.execute(select(Batch.sha256, Batch.number)).all()
        jobs = work.session.scalar(
            select(func.count()).select_from(Job).where(Job.kind == "separate")
        )
        contents = work.session.scalar(select(func.count()).select_from(Content))
    assert len(rows) == len({digest for digest, _ in rows}) == DELIVERIES
    assert sorted(number for _, number in rows) == list(range(1, DELIVERIES + 1))
    assert jobs == contents == DELIVERIES
