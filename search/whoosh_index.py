"""How does Whoosh, where no wheel of Tantivy runs, keep the promises of an index?

Of Whoosh only the files are used: postings, positions, columns, stored fields. Which entries meet
what is asked is worked out here with sets, which is faster than its matchers and leaves nothing to
rules of its own. Its readers are not for several threads, so one thread searches at a time.
"""

import json
import pickle
import struct
import tempfile
import threading
import time
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from math import nan
from pathlib import Path
from types import TracebackType

from search import asks, parts
from search import folder as folders
from search.asks import Ask
from search.columns import (
    FORMS,
    PAGES,
    Row,
    exact_of,
    fields_from,
    folded_of,
    forms_of,
    row_of,
    value_of,
    words_of,
)
from search.entry import Entry, FieldKind, Order, Schema, Value
from search.errors import IndexBroken
from search.index import Index, Ranked, Writer
from search.sets import TIE, Sets
from search.spool import Spool

with warnings.catch_warnings():
    # Whoosh's own source has escapes that newer Pythons warn of when they compile it the first
    # time; nothing in this program can mend that, and where warnings are errors nothing would run.
    warnings.simplefilter("ignore")
    from whoosh import analysis, fields, index, writing
    from whoosh import columns as whoosh_columns
    from whoosh.filedb.filestore import FileStorage

ENGINE = "whoosh"

_KEY, _STORED, _KEPT_PAGES = "entry_key", "entry_stored", "entry_pages"
_BETWEEN = "\x1f"  # between two tokens; exact_keyword() lets no such sign through
_LOOK_AGAIN = 0.5  # seconds after which a search looks for what others have committed
_MEGABYTES = 64  # of postings before they are written out

# What comes out of Whoosh when a part of it is not what it once wrote.
_DAMAGES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    TypeError,
    ValueError,
    index.EmptyIndexError,
    index.IndexVersionError,
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
)


class WhooshIndex(Index):
    """An index in a folder, in pure Python, for some readers and one writer."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        super().__init__(schema)
        self._folder = folder
        self._using = threading.RLock()
        self._looked = 0.0
        folders.prepared(folder)
        if folders.current(folder) is None:
            with folders.writing(folder, wait=10.0):
                if folders.current(folder) is None:
                    self._create()
        self._open: _Open | None = self._opened()

    def _create(self) -> None:
        generation = folders.new_generation(self._folder)
        FileStorage(str(generation)).create_index(_columns(self.schema))
        parts.start_notes(generation)
        folders.note_made_for(generation, self.schema, engine=ENGINE)
        folders.point_to(self._folder, generation)

    def _opened(self) -> "_Open":
        for left in (2, 1, 0):
            generation = folders.current(self._folder)
            if generation is None:
                raise IndexBroken(f"there is no index in {self._folder} any more")
            try:
                folders.check_made_for(generation, self.schema, engine=ENGINE)
                return _Open(generation)
            except IndexBroken:
                # Another process may just have committed or swapped: look at what counts now.
                if not left:
                    raise
                time.sleep(0.05)
        raise AssertionError("unreachable")

    @contextmanager
    def _now(self, *, at_once: bool = False) -> Iterator["_Open"]:
        """The state to search in; looks twice a second whether there is a newer one."""
        with self._using:
            if self._open is None:
                raise ValueError("the index is closed")
            now = time.monotonic()
            if at_once or now - self._looked > _LOOK_AGAIN:
                generation = folders.current(self._folder)
                if generation != self._open.generation or self._open.is_outdated():
                    newer = self._opened()
                    self._open.close()
                    self._open = newer
                self._looked = now
            with _Damage(self._open.generation):
                yield self._open

    @contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """See Index.writer."""
        with folders.writing(self._folder, wait=wait):
            folders.clear_leftovers(self._folder)
            opened = self._opened()
            try:
                with tempfile.TemporaryFile() as spool:
                    writer = _WhooshWriter(self.schema, Spool(spool))
                    yield writer
                    with _Damage(opened.generation):
                        writer.commit(opened)
            finally:
                opened.close()
            # Whoosh leaves it to the system when its parts reach the disk.
            _note_parts(opened.generation)
        with self._now(at_once=True):
            pass

    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        with self._now() as opened:
            found = opened.found(ask) & opened.found(narrowed)
            if limit == 0:
                return len(found), []
            best = opened.best(ask, found, schema=self.schema, order=order, most=offset + limit)
            return len(found), [opened.ranked(number, points) for number, points in best[offset:]]

    def keys(self) -> Iterator[str]:
        """See Index.keys."""
        with self._now() as opened:
            return iter([opened.key(number) for number in opened.everything()])

    def get(self, key: str) -> Mapping[str, Value] | None:
        """See Index.get."""
        with self._now() as opened:
            for number in opened.found(asks.Has(_KEY, key)):
                return fields_from(opened.ranked(number, 0).stored, self.schema)
        return None

    def count(self) -> int:
        """See Index.count."""
        with self._now() as opened:
            return len(opened.everything())

    def check(self) -> None:
        """See Index.check."""
        opened = self._opened()
        opened.close()
        parts.check_parts(opened.generation, opened.parts, whole=True)

    def close(self) -> None:
        """See Index.close."""
        with self._using:
            if self._open is not None:
                self._open.close()
            self._open = None


class _Open(Sets):
    """One opened state of the index."""

    def __init__(self, generation: Path) -> None:
        self.generation = generation
        with _Damage(generation):
            storage = FileStorage(str(generation))
            # The list of parts is a pickle: compared with its note before anything is made of it.
            _check_list(generation)
            self.engine = storage.open_index()
            self._made: int = self.engine.latest_generation()
            self.parts = _live_parts(self.engine)
            parts.check_parts(generation, self.parts, whole=False)
            self.reader = self.engine.reader()
        self._columns: dict[str, list[float]] = {}
        self._everything: frozenset[int] | None = None

    def is_outdated(self) -> bool:
        """Whether somebody has committed since."""
        with _Damage(self.generation):
            return bool(self.engine.latest_generation() != self._made)

    def close(self) -> None:
        """Let go of the parts."""
        self.reader.close()

    def everything(self) -> frozenset[int]:
        """See Sets.everything."""
        if self._everything is None:
            self._everything = frozenset(self.reader.all_doc_ids())
        return self._everything

    def column(self, name: str) -> list[float]:
        """See Sets.column."""
        if name not in self._columns:
            values: list[float] = []
            # Part by part: over all at once Whoosh forgets parts in which nobody has a value.
            for reader, _ in self.reader.leaf_readers():
                everybody = range(reader.doc_count_all())
                if reader.has_column(name):
                    column = reader.column_reader(name)
                    values += [column[number] for number in everybody]
                else:
                    values += [nan for _ in everybody]
            self._columns[name] = values
        return self._columns[name]

    def key(self, number: int) -> str:
        """The key of an entry."""
        return str(self.reader.stored_fields(number)[_KEY])

    def ranked(self, number: int, points: int) -> Ranked:
        """An entry with what is stored of it."""
        kept = self.reader.stored_fields(number)
        pages = json.loads(zlib.decompress(kept[_KEPT_PAGES]))
        return Ranked(kept[_KEY], points, kept[_STORED], tuple(pages))

    def with_tokens(self, column: str, tokens: Iterable[str]) -> frozenset[int]:
        """See Sets.with_tokens."""
        found: set[int] = set()
        for token in tokens:
            if (column, token) in self.reader:
                found.update(self.reader.postings(column, token).all_ids())
        return frozenset(found)

    def starting(self, column: str, start: str) -> frozenset[str]:
        """See Sets.starting."""
        return frozenset(token.decode() for token in self.reader.expand_prefix(column, start))

    def near(self, column: str, word: str, edits: int) -> frozenset[str]:
        """See Sets.near."""
        # Asked part by part: over all parts at once Whoosh measures another distance, and slowly.
        return frozenset(
            near
            for reader, _ in self.reader.leaf_readers()
            for near in reader.terms_within(column, word, edits)
        )

    def places(self, column: str, word: str, numbers: frozenset[int]) -> dict[int, frozenset[int]]:
        """See Sets.places."""
        places = {}
        postings = self.reader.postings(column, word)
        while postings.is_active():
            if postings.id() in numbers:
                places[postings.id()] = frozenset(postings.value_as("positions"))
            postings.next()
        return places


class _WhooshWriter(Writer):
    def __init__(self, schema: Schema, spool: Spool) -> None:
        self._schema = schema
        self._spool = spool

    def put(self, entry: Entry) -> None:
        self._spool.put(row_of(entry, self._schema))

    def drop(self, key: str) -> None:
        self._spool.last[key] = None

    def clear(self) -> None:
        self._spool.last.clear()
        self._spool.cleared = True

    def commit(self, opened: _Open) -> None:
        """Let Whoosh do what was collected."""
        engine = opened.engine.writer(limitmb=_MEGABYTES)
        try:
            if not self._spool.cleared:
                for key in self._spool.last:
                    for number in opened.found(asks.Has(_KEY, key)):
                        engine.delete_document(number)
            for row in self._spool.rows():
                engine.add_document(**_document(row))
        except BaseException:
            engine.cancel()
            raise
        engine.commit(mergetype=writing.CLEAR if self._spool.cleared else None)


class _Damage(AbstractContextManager[None]):
    """Calls whatever Whoosh stumbles over in unreadable parts by its name."""

    def __init__(self, generation: Path) -> None:
        self._generation = generation

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and issubclass(kind, _DAMAGES):
            raise IndexBroken(f"{self._generation} cannot be used: {error}") from error


def _columns(schema: Schema) -> fields.Schema:
    """Whoosh's schema. Nothing in it cuts or changes words: they come as they shall stand there."""
    by_space = analysis.RegexTokenizer("[^ ]+")
    by_sign = analysis.RegexTokenizer(f"[^{_BETWEEN}]+")
    number = fields.COLUMN(whoosh_columns.NumericColumn("d", default=nan))
    columns = fields.Schema()
    columns.add(_KEY, fields.ID(stored=True))
    columns.add(TIE, fields.COLUMN(whoosh_columns.NumericColumn("q")))
    columns.add(_STORED, fields.STORED())
    columns.add(_KEPT_PAGES, fields.STORED())
    columns.add(FORMS, fields.ID(analyzer=by_space))
    columns.add(PAGES, fields.TEXT(analyzer=by_space, phrase=True))
    for field in schema.fields:
        match field.kind:
            case FieldKind.TEXT:
                columns.add(words_of(field.name), fields.TEXT(analyzer=by_space, phrase=True))
                columns.add(forms_of(field.name), fields.ID(analyzer=by_space))
            case FieldKind.KEYWORD:
                columns.add(exact_of(field.name), fields.ID(analyzer=by_sign))
                columns.add(folded_of(field.name), fields.ID(analyzer=by_sign))
            case FieldKind.DATE | FieldKind.NUMBER:
                columns.add(value_of(field.name), number)
    return columns


def _document(row: Row) -> dict[str, object]:
    document: dict[str, object] = {
        _KEY: row.key,
        TIE: row.tie,
        _STORED: row.stored,
        _KEPT_PAGES: zlib.compress(json.dumps(row.pages).encode(), 1),
    }
    for column, words in row.words.items():
        document[column] = " ".join(words)
    for column, tokens in row.tokens.items():
        between = _BETWEEN if column.endswith((".exact", ".folded")) else " "
        document[column] = between.join(tokens)
    return document | {column: float(value) for column, value in row.values.items()}


def _note_parts(generation: Path) -> None:
    """Note what a commit has left. Whoosh leaves it to the system when parts reach the disk."""
    with _Damage(generation):
        live = _live_parts(FileStorage(str(generation)).open_index())
    parts.note_parts(generation, live, sync=True)
    folders.sync_folder(generation)


def _check_list(generation: Path) -> None:
    """Raises IndexBroken when the newest list of parts is not what was written, or is lost."""
    noted = [name for name in parts.noted_parts(generation) if name.endswith(".toc")]
    newest = max(
        map(_number_of_list, (path.name for path in generation.glob("_*.toc"))), default=-1
    )
    for name in noted:
        if newest < _number_of_list(name):
            raise IndexBroken(f"{generation} has lost its newest list of parts")
        if newest == _number_of_list(name):
            parts.check_parts(generation, [name], whole=True)


def _number_of_list(name: str) -> int:
    digits = name.removesuffix(".toc").rpartition("_")[2]
    return int(digits) if digits.isdecimal() else -1


def _live_parts(engine: index.FileIndex) -> list[str]:
    """The names of the parts that Whoosh's newest list says are in use."""
    made = engine.latest_generation()
    return [f"_{engine.indexname}_{made}.toc"] + [
        f"{segment.segment_id()}.seg" for segment in engine._segments()
    ]
