"""What is the same for every engine that keeps its index in a folder?

Finding the state that counts, noticing newer ones, letting one writer in at a time, telling
damage. An engine adds how a state is created, opened, written and searched.
"""

import errno
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType

from search import folder as folders
from search import parts
from search.asks import Ask
from search.columns import fields_from
from search.entry import Order, Schema, Value
from search.errors import IndexBroken, IndexFull
from search.index import Index, Ranked, Writer

_TRIES = 3  # others may commit or swap just while a state is opened
_PAUSE = 0.03
_CREATING = 10.0  # seconds; two processes that start together both want to create the index

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Opened(ABC):
    """One opened state of an index."""

    generation: Path
    parts: list[str]  # the names of the parts it is made of

    @abstractmethod
    def is_outdated(self) -> bool:
        """Whether somebody has committed since."""

    @abstractmethod
    def search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        """See Index.find: how many entries meet both, and the stretch that is wanted."""

    @abstractmethod
    def keys(self) -> list[str]:
        """The keys of all entries."""

    @abstractmethod
    def stored(self, key: str) -> str | None:
        """The stored fields of an entry, as JSON."""

    @abstractmethod
    def count(self) -> int:
        """How many entries there are."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the parts."""


class FolderIndex(Index):
    """An index in a folder, for the processes of one machine."""

    engine: str  # as it is written down in the folder
    damages: tuple[type[Exception], ...]  # what the engine raises on parts it cannot read
    one_at_a_time: bool  # its readers are not for several threads
    look_again: float  # seconds after which a search looks for what others have committed

    def __init__(self, folder: Path, schema: Schema) -> None:
        super().__init__(schema)
        self._folder = folder
        self._using = threading.RLock()
        self._looked = 0.0
        with Damage(folder, (OSError,)):
            folders.prepared(folder)
            if folders.current(folder) is None:
                with folders.writing(folder, wait=_CREATING):
                    if folders.current(folder) is None:
                        self._create()
        self._state: Opened | None = self._opened()

    @abstractmethod
    def create_in(self, generation: Path) -> None:
        """Let the engine begin an empty index in this folder."""

    @abstractmethod
    def open_in(self, generation: Path) -> Opened:
        """Open the state that counts; compares its parts with their notes, IndexBroken if need."""

    @abstractmethod
    def write_to(self, opened: Opened) -> AbstractContextManager[Writer]:
        """A writer; leaving it commits, raising discards. The lock is held by the caller."""

    def _create(self) -> None:
        generation = folders.new_generation(self._folder)
        self.create_in(generation)
        parts.start_notes(generation)
        folders.note_made_for(generation, self.schema, engine=self.engine)
        folders.point_to(self._folder, generation)

    def _opened(self) -> Opened:
        for tries in range(_TRIES):
            generation = folders.current(self._folder)
            if generation is None:
                raise IndexBroken(f"there is no index in {self._folder} any more")
            try:
                folders.check_made_for(generation, self.schema, engine=self.engine)
                with Damage(generation, self.damages):
                    return self.open_in(generation)
            except IndexBroken:
                if tries == _TRIES - 1:
                    raise
                time.sleep(_PAUSE)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _now(self, *, at_once: bool = False) -> Iterator[Opened]:
        """The state to search in; looks now and then whether there is a newer one."""
        with self._using:
            if self._state is None:
                raise ValueError("the index is closed")
            if at_once or time.monotonic() - self._looked > self.look_again:
                self._state = self._newest(self._state)
                self._looked = time.monotonic()
            opened = self._state
            if self.one_at_a_time:
                with Damage(opened.generation, self.damages):
                    yield opened
                return
        with Damage(opened.generation, self.damages):
            yield opened

    def _newest(self, opened: Opened) -> Opened:
        with Damage(opened.generation, self.damages):
            same = folders.current(self._folder) == opened.generation
            if same and not opened.is_outdated():
                return opened
        newer = self._opened()
        opened.close()
        return newer

    @contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """See Index.writer."""
        with folders.writing(self._folder, wait=wait):
            folders.clear_leftovers(self._folder)
            # A fresh state for each writing: an engine that is kept also keeps what it has merged.
            opened = self._opened()
            try:
                with self.write_to(opened) as writer:
                    yield writer
            finally:
                opened.close()
        with self._now(at_once=True):
            pass

    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        with self._now() as opened:
            return opened.search(ask, narrowed, limit=limit, offset=offset, order=order)

    def keys(self) -> Iterator[str]:
        """See Index.keys."""
        with self._now() as opened:
            return iter(opened.keys())

    def get(self, key: str) -> Mapping[str, Value] | None:
        """See Index.get."""
        with self._now() as opened:
            stored = opened.stored(key)
        return None if stored is None else fields_from(stored, self.schema)

    def count(self) -> int:
        """See Index.count."""
        with self._now() as opened:
            return opened.count()

    def check(self) -> None:
        """See Index.check."""
        opened = self._opened()
        opened.close()
        parts.check_parts(opened.generation, opened.parts, whole=True)

    def close(self) -> None:
        """See Index.close."""
        with self._using:
            if self._state is not None:
                self._state.close()
            self._state = None


class Damage(AbstractContextManager[None]):
    """Calls what an engine raises over its parts by its name: IndexBroken, or IndexFull.

    A panic of Rust code arrives as PanicException, which can be imported from nowhere and is no
    Exception; hence the comparison of its name.
    """

    def __init__(self, generation: Path, damages: tuple[type[Exception], ...]) -> None:
        self._generation = generation
        self._damages = damages

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or not (issubclass(kind, self._damages) or kind.__name__ == _PANIC):
            return
        if _is_full(error):
            raise IndexFull(f"there is no room for {self._generation}: {error}") from error
        raise IndexBroken(f"{self._generation} cannot be used: {error}") from error


_PANIC = "PanicException"
_WRITING_FAILED = "index writer was killed"


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    # Tantivy passes on the number at best; when its thread failed in writing, it only says so.
    said = str(error)
    return _WRITING_FAILED in said or any(f"os error {number}" in said for number in _NO_ROOM)
