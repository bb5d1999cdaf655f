"""What becomes of every collected sample, what does it cost, and do good documents suffer from it?

All of them go through the interface for programs into one house with its worker. Run without
``--rates`` inside a network namespace of its own, the counters of that namespace say whether
anything tried to speak to anybody.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import or_, select

from eakte.app import create_app
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import load_settings
from eakte.demo.catalogue import catalogue
from eakte.demo.letter import Container, Quality
from eakte.demo.scanning import render
from eakte.model.document import Document, ProcessingState
from eakte.processing.cell import memory_of
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.worker import Worker
from tests.builders import SECRET, hire
from tests.eakte.web.browser import key_of

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
# What one document may cost.
MOST_SECONDS, MOST_MEGABYTES = 60, 1024
LEAST_RATE = 0.9
PATIENCE = 900.0
TICK = 0.05
DONE = (ProcessingState.READY, ProcessingState.FAILED)
ACCEPTED, FLAGGED, REFUSED = "angenommen", "angenommen mit Hinweis", "abgelehnt"
# The counters of a namespace that move when anything is sent, or would be if there were a way.
COUNTERS = {
    "Ip": ("OutRequests", "OutNoRoutes"),
    "Tcp": ("ActiveOpens", "OutSegs"),
    "Udp": ("OutDatagrams", "NoPorts"),
}


@dataclass
class Row:
    """What became of a sample: the answer, the outcome with its reason, the cost."""

    name: str
    status: int
    outcome: str
    reason: str
    sentence: str
    attachments: int
    seconds: float
    megabytes: float


def calls() -> dict[str, int]:
    """Count what left this network namespace, or tried to."""
    told: dict[str, int] = {}
    lines = [line.split() for line in Path("/proc/self/net/snmp").read_text().splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        protocol = names[0].rstrip(":")
        for name, value in zip(names[1:], values[1:], strict=True):
            if name in COUNTERS.get(protocol, ()):
                told[f"{protocol}.{name}"] = int(value)
    return told


def tries_to_call() -> bool:
    """Send to an address that is nobody's, and say whether the counters moved: they must."""
    before = calls()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, suppress(OSError):
        one.sendto(b"x", ("192.0.2.1", 9))
    return calls() != before


def every_sample(folder: Path) -> list[Path]:
    """Return every sample, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@contextmanager
def working_house(
    folder: Path, *, lanes: int = 2, jobs: int = 1
) -> Iterator[tuple[Office, Worker]]:
    """Open an empty house on disk, with a worker in this process."""
    settings = load_settings(
        data=folder, secret_key=SECRET, ocr_jobs=jobs, worker_lanes=lanes, log_level="error"
    )
    office = open_office(settings)
    prepare(office)
    worker = Worker(office)
    lane = threading.Thread(target=worker.run, name="worker")
    lane.start()
    try:
        yield office, worker
    finally:
        worker.stop()
        lane.join()
        office.close()


class Watch:
    """Knows of every document when it was begun, when it was done, and what its child took."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._begun: dict[UUID, float] = {}
        self.seconds: dict[UUID, float] = {}
        self.megabytes: dict[UUID, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(TICK):
            largest = max(map(memory_of, children()), default=0) / 2**20
            with self._office.begin(writes=False) as work:
                states = dict(
                    work.session.execute(select(Document.id, Document.processing)).tuples().all()
                )
            now = time.monotonic()
            for one, state in states.items():
                if state is ProcessingState.RUNNING:
                    self._begun.setdefault(one, now)
                    # Of several at a time the largest child counts for each.
                    self.megabytes[one] = max(self.megabytes.get(one, 0.0), largest)
                elif state in DONE and one not in self.seconds:
                    self.seconds[one] = now - self._begun.get(one, now)


def children() -> list[int]:
    """The children of this process, each of which works at one document."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(one) for one in (task / "children").read_text().split()]
        except OSError:
            continue  # the thread ended meanwhile
    return found


def run_all(folder: Path, samples: Sequence[Path]) -> list[Row]:
    """Deliver every sample, let the worker finish, and say what became of each."""
    rows: list[Row] = []
    with working_house(folder) as (office, _), Watch(office) as watch:
        staff = hire(office)
        with Sandbox(Limits.of(office.settings), warm=True) as sandbox:
            app = create_app(office, look=lambda path, name: sandbox.look(path, name=name))
            client, key = app.test_client(), key_of(office, staff.clerk)
            sent = [(path, *_sent(client, key, path)) for path in samples]
        _until_idle(office)
        time.sleep(4 * TICK)
        for path, status, said in sent:
            rows.append(_row(office, watch, path, status, said))
    return rows


def _sent(client: FlaskClient, key: dict[str, str], path: Path) -> tuple[int, dict[str, str]]:
    answer = client.post(
        "/api/v1/documents",
        data=path.read_bytes(),
        headers=key | {"Content-Disposition": f'attachment; filename="{path.name}"'},
        content_type="application/octet-stream",
    )
    return answer.status_code, answer.get_json(silent=True) or {}


def _until_idle(office: Office) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with office.begin(writes=False) as work:
            waiting = work.session.scalar(
                select(Document.id).where(Document.processing.not_in(DONE)).limit(1)
            )
        if waiting is None:
            return
        time.sleep(TICK)
    raise SystemExit("Die Beispiele wurden nicht fertig.")


def _row(office: Office, watch: Watch, path: Path, status: int, said: dict[str, str]) -> Row:
    name = path.relative_to(SAMPLES).as_posix() if path.is_relative_to(SAMPLES) else path.name
    if status >= 400:
        sentence = str(said.get("message", ""))
        return Row(name, status, REFUSED, str(said.get("code", "")), sentence, 0, 0.0, 0.0)
    own = UUID(said["document_id"])
    with office.begin(writes=False) as work:
        document = work.session.get_one(Document, own)
        inside = list(
            work.session.scalars(
                select(Document.id).where(or_(Document.id == own, Document.parent_id == own))
            )
        )
        outcome = FLAGGED if document.problem_code or document.flags else ACCEPTED
        reason = document.problem_code or ", ".join(document.flags)
        sentence = document.problem or ""
    return Row(
        name,
        status,
        outcome,
        reason,
        sentence,
        len(inside) - 1,
        max(watch.seconds.get(one, 0.0) for one in inside),
        max(watch.megabytes.get(one, 0.0) for one in inside),
    )


def rate_of_good(scratch: Path, bad: Sequence[Path], *, letters: int) -> tuple[float, float]:
    """Give the seconds of a good letter alone, and while the other lane works at bad samples."""
    folder = scratch / "letters"
    folder.mkdir()
    good = []
    for letter in catalogue().letters():
        if len(letter.pages) == 1 and letter.container is Container.PDF:
            place = folder / str(len(good))
            place.mkdir()
            good.append(render(letter, Quality.SCAN, place))
        if len(good) == letters + 1:
            break
    medians = []
    for others in ([], list(bad)):
        with working_house(scratch / f"house-{len(others)}") as (office, _):
            staff = hire(office)
            with Sandbox(Limits.of(office.settings), warm=True) as sandbox:
                app = create_app(office, look=lambda path, name: sandbox.look(path, name=name))
                client, key = app.test_client(), key_of(office, staff.clerk)
                medians.append(_median(office, client, key, good, others))
    return medians[0], medians[1]


def _median(
    office: Office,
    client: FlaskClient,
    key: dict[str, str],
    good: Sequence[Path],
    others: Sequence[Path],
) -> float:
    """One good letter after the other, each with one bad sample for the other lane before it."""
    taken = []
    turn = 0
    for path in good:
        if others and _running(office) < 1:
            for _ in range(2):
                _sent(client, key, others[turn % len(others)])
                turn += 1
        begun = time.monotonic()
        _, said = _sent(client, key, path)
        own = UUID(said["document_id"])
        while True:
            with office.begin(writes=False) as work:
                if work.session.get_one(Document, own).processing in DONE:
                    break
            time.sleep(TICK)
        taken.append(time.monotonic() - begun)
    return statistics.median(taken[1:])


def _running(office: Office) -> int:
    with office.begin(writes=False) as work:
        rows = work.session.scalars(
            select(Document.id).where(Document.processing == ProcessingState.RUNNING)
        )
        return len(list(rows))


def told(rows: Sequence[Row]) -> str:
    """Return the table."""
    lines = [f"{'Beispiel':<46}{'':>4} {'Ausgang':<24}{'Anl.':>4}{'s':>6}{'MB':>6}  Grund"]
    lines += [
        f"{row.name[:45]:<46}{row.status:>4} {row.outcome:<24}{row.attachments:>4}"
        f"{row.seconds:>6.1f}{row.megabytes:>6.0f}  {row.reason}"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table and the verdict."""
    parser = argparse.ArgumentParser(prog="scripts/bench samples", description=__doc__)
    parser.add_argument("--json", type=Path, help="wohin die Zeilen und Zähler geschrieben werden")
    parser.add_argument("--letters", type=int, default=10, help="gute Briefe für den Vergleich")
    parser.add_argument("--no-rates", action="store_true", help="ohne den Vergleich")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="eakte-samples-") as scratch:
        before = calls()
        rows = run_all(Path(scratch) / "house", every_sample(SAMPLES))
        called = {name: value - before[name] for name, value in calls().items()}
        moves = tries_to_call()
        print(told(rows))
        if given.json:
            content = {"rows": [asdict(row) for row in rows], "calls": called, "moves": moves}
            given.json.write_text(json.dumps(content), encoding="utf-8")
        costly = [
            row.name for row in rows if row.seconds > MOST_SECONDS or row.megabytes > MOST_MEGABYTES
        ]
        mute = [row.name for row in rows if row.outcome == REFUSED and not row.sentence]
        failed = [row.name for row in rows if row.status >= 500]
        print(f"0 × 5xx: {failed or 'ja'}; zu teuer: {costly or 'keines'}")
        if given.no_rates:
            return int(bool(costly or mute or failed))
        alone, beside = rate_of_good(
            Path(scratch), every_sample(SAMPLES / "odd"), letters=given.letters
        )
    print(
        f"Gute Briefe: {alone:.2f} s allein, {beside:.2f} s neben den übrigen, "
        f"Rate {alone / beside:.2f} (Ziel ≥ {LEAST_RATE})"
    )
    return int(bool(costly or mute or failed) or alone / beside < LEAST_RATE)


if __name__ == "__main__":
    sys.exit(main())
