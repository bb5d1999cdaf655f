"""How is a document looked at and processed without trusting it? In a child of its own, shut in.

One child does one job. A spare one waits, warm, so that nobody waits for its start. Whatever the
child does (crash, hang, eat memory, lie) becomes a problem in German, never an exception.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

from eakte.errors import Disturbed, PartUnavailable, machine_faults_named
from eakte.model.findings import (
    Arranged,
    Flag,
    Kind,
    Look,
    Outcome,
    Rules,
    Separation,
    Unlocked,
    Wanted,
)
from eakte.model.signature import Signature
from eakte.processing import cage
from eakte.processing.cell import Cell, Ending
from eakte.processing.distrust import Distrusted
from eakte.processing.doubt import require_sound, settled
from eakte.processing.limits import COURT_LIST, Limits, LimitSettings
from eakte.processing.orders import USUAL, VERIFIER, Order, ShowProgress, lent_to_verifier
from eakte.processing.problems import problem
from eakte.processing.scratch import Scratch
from eakte.processing.wire import WANTED, Account, source_name

log = logging.getLogger(__name__)

START_SECONDS = 60.0
ATTEMPTS = 3
UNLOCK_SECONDS = VERIFY_SECONDS = 60.0  # somebody waits before the screen


class Sandbox:
    """Looks at documents and processes them in shut-in children; safe for many threads.

    Of a ``warm`` one the next child is started ``rest`` seconds after one was taken: the document
    has the processors to itself for so long.
    """

    def __init__(self, settings: LimitSettings | Limits, *, warm: bool, rest: float = 0.0) -> None:
        self.limits = settings if isinstance(settings, Limits) else Limits.of(settings)
        self._warm = warm
        self._rest = rest
        self._resting: threading.Timer | None = None
        self._lock = threading.Lock()
        self._orders: queue.SimpleQueue[tuple[Future[Cell], str] | None] = queue.SimpleQueue()
        self._keeper: threading.Thread | None = None
        self._spare: Future[Cell] | None = None
        self._scratch: Scratch | None = None
        self.confinement = self.limits.sandbox

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Choose how children are shut in and warm up the first.

        Raises:
            PartUnavailable: bubblewrap is demanded by the settings but does not work here, or the
                disk is full.
        """
        with self._lock:
            if self._keeper is not None:
                return
            self.confinement = cage.chosen(self.limits.sandbox)
            self._scratch = self._new_scratch()
            self._keeper = threading.Thread(target=self._keep, name="sandbox-keeper", daemon=True)
            self._keeper.start()
            if self._warm:
                self._spare = self._order()

    def close(self) -> None:
        """End the spare child and remove every folder; start() may follow."""
        with self._lock:
            keeper, scratch, spare = self._keeper, self._scratch, self._spare
            self._keeper = self._scratch = self._spare = None
            if self._resting is not None:
                self._resting.cancel()
                self._resting = None
        if keeper is None or scratch is None:
            return
        if spare is not None:
            with contextlib.suppress(PartUnavailable):
                spare.result(START_SECONDS).remove()
        self._orders.put(None)
        keeper.join(START_SECONDS)
        scratch.remove()

    def look(self, path: Path, *, name: str) -> Look:
        """Say quickly what a document is; never raises for any content.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        try:
            account, ending = self.run(Order("look", [path], name=name))
        except Disturbed:
            # Its bytes come in all the same; what they are is found out when they are processed.
            account, ending = Account(), Ending.CRASHED
        if account.look is not None:
            return account.look
        return Look("application/octet-stream", Kind.UNKNOWN, None, problem(ending.code))

    def process(self, path: Path, *, name: str, folder: Path, progress: ShowProgress) -> Outcome:
        """Make text, reading copy and previews of a document; the products lie in ``folder``.

        The document itself is only read. ``progress`` is called with the name of the step, how
        much of it is done, and of how much. Never raises for any content.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order(
                "process",
                [path],
                name=name,
                into=folder,
                beside={COURT_LIST: self.limits.courts} if self.limits.courts else None,
                progress=progress,
            )
        )
        look = account.look or Look("application/octet-stream", Kind.UNKNOWN)
        problems = tuple(account.problems)
        if ending is not Ending.DONE:
            if account.fault:
                log.warning("Verarbeitung abgebrochen: %s", account.fault)
            return Outcome(look, problems=(*problems, problem(ending.code)), flags=account.flags)
        previews = [folder / f"preview-{page.number:05d}.webp" for page in account.pages]
        return Outcome(
            look=look,
            pages=tuple(account.pages),
            searchable_pdf=folder / "searchable.pdf" if account.has_pdf else None,
            previews=tuple(previews) if account.previews else (),
            problems=problems,
            flags=account.flags,
            tools=account.tools,
            head=account.head if account.written_enclosures == len(account.enclosures) else None,
            enclosures=tuple(
                replace(one, path=folder / one.path)
                for one in account.enclosures[: account.written_enclosures]
            ),
            court=account.court,
        )

    def separate(
        self, path: Path, *, name: str, folder: Path, rules: Rules, progress: ShowProgress
    ) -> Separation:
        """Say of which documents a stack consists; those that had to be written lie in ``folder``.

        A stack that cannot be separated is one document as it came, with the reason where there is
        one. Never raises for any content.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order(
                "separate",
                [path],
                name=name,
                into=folder,
                rules=rules,
                progress=progress,
            )
        )
        look = account.look or Look("application/octet-stream", Kind.UNKNOWN)
        problems = tuple(account.problems)
        if ending is not Ending.DONE:
            if account.fault:
                log.warning("Trennung abgebrochen: %s", account.fault)
            return Separation(look, problems=(*problems, problem(ending.code)))
        paths = (folder / f"part-{one:05d}.pdf" for one in range(1, account.written_parts + 1))
        return Separation(look, tuple(account.sheets), tuple(account.parts), tuple(paths), problems)

    def arrange(
        self, paths: Sequence[Path], *, wanted: Wanted, folder: Path, progress: ShowProgress
    ) -> Arranged:
        """Write the wanted parts of these documents as PDFs of their own, in ``folder``.

        The documents themselves are only read. Never raises for any content.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order(
                "arrange",
                paths,
                name=wanted.names[0],
                into=folder,
                wanted=wanted,
                progress=progress,
            )
        )
        problems = tuple(account.problems)
        if ending is not Ending.DONE:
            if account.fault:
                log.warning("Ordnen abgebrochen: %s", account.fault)
            return Arranged(problems=(*problems, problem(ending.code)))
        parts = (folder / f"part-{one:05d}.pdf" for one in range(1, account.written_parts + 1))
        return Arranged(tuple(parts), problems)

    def draw(
        self, path: Path, *, name: str, folder: Path, pages: Sequence[int], progress: ShowProgress
    ) -> dict[int, Path]:
        """Draw these pages of a stack, each as a picture in ``folder``; which ones could be drawn.

        Never raises for any content.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order(
                "draw",
                [path],
                name=name,
                into=folder,
                sheets=pages,
                progress=progress,
            )
        )
        if ending is not Ending.DONE:
            if account.fault:
                log.warning("Zeichnen abgebrochen: %s", account.fault)
            return {}
        drawn = set(pages)
        return {page: folder / f"sheet-{page:05d}.webp" for page in account.drawn if page in drawn}

    def unlock(self, path: Path, folder: Path, password: str) -> Unlocked:
        """Write an encrypted PDF without its encryption into ``folder``; never raises for any.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order("unlock", [path], name="", into=folder, password=password, seconds=UNLOCK_SECONDS)
        )
        if ending is not Ending.DONE:
            return Unlocked(None, problem(ending.code))
        if not account.unlocked:
            return Unlocked(None, next(iter(account.problems), None))
        return Unlocked(folder / "unlocked.pdf", signed=Flag.SIGNED in account.flags)

    def verify(
        self,
        path: Path,
        *,
        name: str,
        contents: Sequence[Path] = (),
        roots: Path | None = None,
        password: str = "",
    ) -> tuple[Signature, ...] | None:
        """Check the signatures in a PDF, or one that lies beside ``contents``; None: it failed.

        ``roots`` is a folder of certificates to trust and of revocation lists.

        Raises:
            PartUnavailable: no child can be started, or the disk is full or broken.
        """
        account, ending = self.run(
            Order(
                "verify",
                [path],
                name=name,
                program=VERIFIER,
                beside=lent_to_verifier(contents, roots),
                seconds=VERIFY_SECONDS,
                password=password,
            )
        )
        if ending is not Ending.DONE:
            log.warning("Signaturprüfung abgebrochen: %s", account.fault or ending.code)
            return None
        return tuple(account.signatures)

    def run(self, order: Order) -> tuple[Account, Ending]:
        """Do one job and take its products; a second child is asked where one alone may err."""
        usual = self.limits.document_seconds if order.into else self.limits.look_seconds
        return settled(
            order.task,
            lambda seconds: self._run_once(order, seconds),
            seconds=usual if order.seconds is None else order.seconds,
            asked=order.sheets,
        )

    def _run_once(self, order: Order, seconds: float) -> tuple[Account, Ending]:
        with machine_faults_named():
            cell = self._take_cell(order.program)
        try:
            with machine_faults_named():
                for number, path in enumerate(order.paths):
                    shutil.copyfile(path, cell.folder / source_name(number))
                for place, lent in (order.beside or {}).items():
                    (cell.folder / place).parent.mkdir(exist_ok=True)
                    shutil.copyfile(lent, cell.folder / place)
                wanted = order.wanted
                if wanted is not None:
                    (cell.folder / WANTED).write_text(json.dumps(asdict(wanted)), "utf-8")
                account, ending = cell.run(order, seconds=seconds)
                if ending is not Ending.DONE or account.problems:
                    require_sound(cell.folder)
                if ending is Ending.DONE and order.into is not None:
                    try:
                        cell.take(order.into)
                    except Distrusted as error:
                        account.fault = str(error)
                        return account, Ending.CRASHED
            return account, ending
        finally:
            cell.remove()

    def _take_cell(self, program: str) -> Cell:
        """The spare child if it still lives, else a new one; the next is ordered after a rest."""
        self.start()
        if program != USUAL:
            return self._order(program).result(START_SECONDS)
        for _ in range(ATTEMPTS):
            with self._lock:
                taken, self._spare = self._spare or self._order(), None
            if self._warm:
                self._hurry_later()
            cell = taken.result(START_SECONDS)
            if cell.alive:
                return cell
            cell.remove()
        raise PartUnavailable("Die abgeschottete Verarbeitung endet gleich nach dem Start.")

    def hurry(self) -> None:
        """Start the next child now, unless it waits already: more is to be done."""
        with self._lock:
            if self._keeper is not None and self._spare is None:
                self._spare = self._order()

    def _hurry_later(self) -> None:
        """Start the next child when this one has had the processors to itself for a while."""
        if not self._rest:
            self.hurry()
        elif self._resting is None or not self._resting.is_alive():
            self._resting = threading.Timer(self._rest, self.hurry)
            self._resting.daemon = True
            self._resting.start()

    def _order(self, program: str = USUAL) -> Future[Cell]:
        order: Future[Cell] = Future()
        self._orders.put((order, program))
        return order

    def _keep(self) -> None:
        """Start every child from this one thread: a child dies with the thread that started it."""
        while (ordered := self._orders.get()) is not None:
            order, program = ordered
            try:
                order.set_result(self._new_cell(program))
            except (PartUnavailable, OSError) as error:
                order.set_exception(error)

    def _new_cell(self, program: str) -> Cell:
        scratch = self._scratch
        if scratch is None:
            raise PartUnavailable("Die abgeschottete Verarbeitung wird gerade beendet.")
        return Cell(scratch.new_folder(), self.confinement, self.limits, program)

    def _new_scratch(self) -> Scratch:
        with machine_faults_named():
            scratch = Scratch.made_in(self.limits.scratch)
            try:
                cage.stage(scratch.folder)
            except OSError:
                scratch.remove()
                raise
        return scratch
