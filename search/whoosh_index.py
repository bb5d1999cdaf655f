"""How does Whoosh, where no wheel of Tantivy runs, keep the promises of an index?

Of Whoosh only the files are used: postings, positions, columns, stored fields. Which entries meet
what is asked is worked out here with sets, which is faster than its matchers and leaves nothing to
rules of its own. Its readers are not for several threads, so one thread searches at a time.
"""

import json
import pickle
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import nan
from pathlib import Path

from search import folder as folders
from search import parts
from search.asks import Ask
from search.columns import (
    FORMS,
    PAGES,
    Row,
    exact_of,
    folded_of,
    forms_of,
    row_of,
    value_of,
    words_of,
)
from search.entry import Entry, FieldKind, Order, Schema
from search.errors import IndexBroken
from search.folder_index import Damage, FolderIndex, Opened
from search.index import Ranked, Writer
from search.sets import TIE, Sets
from search.spool import Spool

with warnings.catch_warnings():
    # Whoosh's own source has escapes that newer Pythons warn of when they compile it the first
    # time; nothing in this program can mend that, and where warnings are errors nothing would run.
    warnings.simplefilter("ignore")
    from whoosh import analysis, fields, index, writing
    from whoosh import columns as whoosh_columns
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.filedb.filestore import FileStorage

_KEY, _STORED, _KEPT_PAGES = "entry_key", "entry_stored", "entry_pages"
_BETWEEN = "\x1f"  # between two tokens; exact_keyword() lets no such sign through
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


class WhooshIndex(FolderIndex):
    """In pure Python, for some readers and one writer."""

    engine = "whoosh"
    damages = _DAMAGES
    one_at_a_time = True
    look_again = 0.5  # to open it anew takes as long as some searches

    def create_in(self, generation: Path) -> None:
        """See FolderIndex.create_in."""
        FileStorage(str(generation)).create_index(_columns(self.schema))

    def open_in(self, generation: Path) -> Opened:
        """See FolderIndex.open_in."""
        return _Opened(generation, self.schema)

    @contextmanager
    def write_to(self, opened: Opened) -> Iterator[Writer]:
        """See FolderIndex.write_to."""
        damage = Damage(opened.generation, self.damages)
        with damage:
            spool = Spool(opened.generation)
        try:
            yield _WhooshWriter(self.schema, spool, damage)
            with damage:
                _commit(spool, opened.generation)
        finally:
            spool.close()


class _Opened(Opened, Sets):
    def __init__(self, generation: Path, schema: Schema) -> None:
        self.generation = generation
        self._schema = schema
        # The list of parts is a pickle: compared with its note before anything is made of it.
        _check_list(generation)
        self._engine = FileStorage(str(generation)).open_index()
        self._made: int = self._engine.latest_generation()
        self.parts = _live_parts(self._engine)
        parts.check_parts(generation, self.parts, whole=False)
        self.reader = self._engine.reader()
        self._columns: dict[str, list[float]] = {}
        self._everything: frozenset[int] | None = None

    def is_outdated(self) -> bool:
        return bool(self._engine.latest_generation() != self._made)

    def search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        found = self.found(ask) & self.found(narrowed)
        if limit == 0:
            return len(found), []
        best = self.best(ask, found, schema=self._schema, order=order, most=offset + limit)
        return len(found), [self._ranked(number, points) for number, points in best[offset:]]

    def keys(self) -> list[str]:
        return [str(self.reader.stored_fields(number)[_KEY]) for number in self.everything()]

    def stored(self, key: str) -> str | None:
        numbers = self.with_tokens(_KEY, [key])
        return next((self._ranked(number, 0).stored for number in numbers), None)

    def count(self) -> int:
        return len(self.everything())

    def close(self) -> None:
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

    def _ranked(self, number: int, points: int) -> Ranked:
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
    def __init__(self, schema: Schema, spool: Spool, damage: Damage) -> None:
        self._schema = schema
        self._spool = spool
        self._damage = damage

    def put(self, entry: Entry) -> None:
        row = row_of(entry, self._schema)
        with self._damage:
            self._spool.put(row)

    def drop(self, key: str) -> None:
        self._spool.last[key] = None

    def clear(self) -> None:
        self._spool.last.clear()
        self._spool.cleared = True


def _commit(spool: Spool, generation: Path) -> None:
    """Let Whoosh do what was collected."""
    index_ = FileStorage(str(generation)).open_index()
    # Its scores need the length of each entry, ours do not; looking for them at each posting would
    # take half of the time of writing.
    codec = W3Codec()
    codec.length_stats = False
    engine = index_.writer(limitmb=_MEGABYTES, codec=codec)
    try:
        if not spool.cleared:
            with index_.searcher() as searcher:
                for key in spool.last:
                    engine.delete_by_term(_KEY, key, searcher=searcher)
        for row in spool.rows():
            engine.add_document(**_document(row))
    except BaseException:
        engine.cancel()
        raise
    engine.commit(mergetype=writing.CLEAR if spool.cleared else None)
    # Whoosh leaves it to the system when its parts reach the disk.
    live = _live_parts(FileStorage(str(generation)).open_index())
    parts.note_parts(generation, live, sync=True)
    folders.sync_folder(generation)


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
