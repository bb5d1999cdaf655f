"""How does Tantivy keep the promises of an index?

Tantivy finds and collects; what words, forms and points are is not its business: it gets tokens,
and every query is given a fixed score, so that nothing depends on how rare a word is.
The order of those that are level is made in level.py.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from search import asks, parts
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
from search.level import Level, weight_of_place

_KEY, _TIE, _PLACE, _STORED, _KEPT_PAGES = "_key", "_tie", "_place", "_stored", "_pages"
_PAGE_BREAK = "\f"  # german.clean leaves none in a page

_HEAP = 64_000_000  # bytes before a segment is written out
_PART_KINDS = ("fast", "fieldnorm", "idx", "pos", "store", "term")


class TantivyIndex(FolderIndex):
    """From one entry to millions, for any number of readers and one writer."""

    engine = "tantivy"
    damages = (OSError, ValueError)
    one_at_a_time = False
    look_again = 0.1

    def create_in(self, generation: Path) -> None:
        """See FolderIndex.create_in."""
        with Damage(generation, self.damages):
            tantivy.Index(_columns(self.schema), path=str(generation), reuse=False)

    def open_in(self, generation: Path) -> Opened:
        """See FolderIndex.open_in."""
        return _Opened(generation, self.schema)

    @contextmanager
    def write_to(self, opened: Opened) -> Iterator[Writer]:
        """See FolderIndex.write_to."""
        generation = opened.generation
        with Damage(generation, self.damages):
            index = tantivy.Index.open(str(generation))
            engine = index.writer(heap_size=_HEAP, num_threads=1)
        try:
            writer = _TantivyWriter(self, engine, generation)
            yield writer
            # A commit of nothing writes the list of parts in another order under the same stamp,
            # by which its note is kept.
            if writer.has_changes:
                with Damage(generation, self.damages):
                    engine.commit()
        except BaseException:
            engine.rollback()
            raise
        finally:
            engine.wait_merging_threads()
            parts.note_parts(generation, _live_parts(generation), sync=False)


class _Opened(Opened):
    def __init__(self, generation: Path, schema: Schema) -> None:
        self.generation = generation
        self._schema = schema
        self._stamp = _stamp(generation)
        self.parts = _live_parts(generation)
        parts.check_parts(generation, self.parts, whole=False)
        index = tantivy.Index.open(str(generation))
        index.config_reader(reload_policy="manual")
        index.reload()
        self._columns = index.schema
        self._searcher = index.searcher()

    def is_outdated(self) -> bool:
        return _stamp(self.generation) != self._stamp

    def search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        query = _Translator(self._columns).top(ask, narrowed)
        direction = tantivy.Order.Desc if order.descending else tantivy.Order.Asc

        def fetch(most: int) -> tuple[int, list[tuple[float | None, tantivy.DocAddress]]]:
            # Room is made for as many as are asked for, whether there are so many or not.
            most = min(most, self.count() + 1)
            if order.field is None:
                result = self._searcher.search(query, most, weight_by_field=_PLACE)
            else:
                column = value_of(order.field)
                result = self._searcher.search(query, most, order_by_field=column, order=direction)
            return _total(result), result.hits

        if limit == 0:
            return _total(self._searcher.search(query, limit=1)), []
        newest = None if self._schema.newest is None else value_of(self._schema.newest)
        level = Level(order, self._searcher.fast_field_values, tie=_TIE, newest=newest)
        total, placed = level.best(fetch, offset + limit)
        return total, [
            _ranked(self._searcher.doc(address), points)
            for points, address in placed[offset : offset + limit]
        ]

    def keys(self) -> list[str]:
        everybody = tantivy.Query.all_query()
        found = self._searcher.terms_with_prefix(_KEY, "", filter_query=everybody)
        return [key for key, times in found if times]

    def stored(self, key: str) -> str | None:
        query = tantivy.Query.term_query(self._columns, _KEY, key, "basic")
        hits = self._searcher.search(query, limit=1).hits
        return _ranked(self._searcher.doc(hits[0][1]), 0).stored if hits else None

    def count(self) -> int:
        count: int = self._searcher.num_docs
        return count

    def close(self) -> None:
        """Tantivy lets go of its parts when the last search in them has ended."""


class _TantivyWriter(Writer):
    def __init__(self, index: TantivyIndex, engine: tantivy.IndexWriter, generation: Path) -> None:
        self._schema = index.schema
        self._engine = engine
        self._damage = Damage(generation, index.damages)
        self.has_changes = False

    def put(self, entry: Entry) -> None:
        row = row_of(entry, self._schema)
        self.has_changes = True
        with self._damage:
            self._engine.delete_documents_by_term(_KEY, row.key)
            self._engine.add_document(_document(row, self._schema))

    def drop(self, key: str) -> None:
        self.has_changes = True
        with self._damage:
            self._engine.delete_documents_by_term(_KEY, key)

    def clear(self) -> None:
        self.has_changes = True
        with self._damage:
            # Not delete_all_documents(): that leaves what this writer has put before.
            self._engine.delete_documents_by_query(tantivy.Query.all_query())


def _columns(schema: Schema) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_KEY, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(_TIE, fast=True)
    builder.add_float_field(_PLACE, fast=True)
    builder.add_bytes_field(_STORED, stored=True)
    builder.add_bytes_field(_KEPT_PAGES, stored=True)
    builder.add_text_field(FORMS, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(PAGES, tokenizer_name="whitespace", index_option="position")
    for field in schema.fields:
        match field.kind:
            case FieldKind.TEXT:
                builder.add_text_field(
                    words_of(field.name), tokenizer_name="whitespace", index_option="position"
                )
                builder.add_text_field(
                    forms_of(field.name), tokenizer_name="whitespace", index_option="basic"
                )
            case FieldKind.KEYWORD:
                for column in (exact_of(field.name), folded_of(field.name)):
                    builder.add_text_field(column, tokenizer_name="raw", index_option="basic")
            case FieldKind.DATE:
                builder.add_integer_field(value_of(field.name), indexed=True, fast=True)
            case FieldKind.NUMBER:
                builder.add_float_field(value_of(field.name), indexed=True, fast=True)
    return builder.build()


def _document(row: Row, schema: Schema) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text(_KEY, row.key)
    document.add_integer(_TIE, row.tie)
    document.add_float(_PLACE, weight_of_place(row, schema))
    document.add_bytes(_STORED, row.stored.encode())
    document.add_bytes(_KEPT_PAGES, _PAGE_BREAK.join(row.pages).encode())
    keywords = {
        column
        for field in schema.of_kind(FieldKind.KEYWORD)
        for column in (exact_of(field.name), folded_of(field.name))
    }
    for column, words in row.words.items():
        document.add_text(column, " ".join(words))
    for column, tokens in row.tokens.items():
        if column in keywords:
            for token in tokens:
                document.add_text(column, token)
        else:
            document.add_text(column, " ".join(tokens))
    numbers = {value_of(field.name) for field in schema.of_kind(FieldKind.NUMBER)}
    for column, value in row.values.items():
        if column in numbers:
            document.add_float(column, float(value))
        else:
            document.add_integer(column, int(value))
    return document


def _ranked(document: tantivy.Document, points: int) -> Ranked:
    key, stored, pages = (document.get_first(name) for name in (_KEY, _STORED, _KEPT_PAGES))
    if key is None or stored is None or pages is None:
        raise ValueError("a stored entry is incomplete")
    return Ranked(
        key=str(key),
        points=points,
        stored=bytes(stored).decode(),
        pages=tuple(bytes(pages).decode().split(_PAGE_BREAK)),
    )


def _total(result: tantivy.SearchResult) -> int:
    count: int = result.count  # type: ignore[attr-defined]  # left out of Tantivy's stubs
    return count


class _Translator:
    """Says in Tantivy's queries what is asked; each gives its points and nothing else."""

    def __init__(self, columns: tantivy.Schema) -> None:
        self._columns = columns

    def top(self, ask: Ask, narrowed: Ask) -> tantivy.Query:
        """The whole question; with one point for everybody, as level.py wants it."""
        must = [
            _scored(tantivy.Query.all_query(), 1),
            self.query(ask),
            _scored(self.query(narrowed), 0),
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in must])

    def query(self, ask: Ask) -> tantivy.Query:
        """The query for what is asked."""
        match ask:
            case asks.Worth(part, points):
                return _scored(self.query(part), points)
            case asks.All(()):
                return _scored(tantivy.Query.all_query(), 0)
            case asks.Any(()):
                return tantivy.Query.empty_query()
            case asks.All((part,)) | asks.Any((part,)):
                return self.query(part)
            case asks.All(several):
                return self._boolean(tantivy.Occur.Must, several)
            case asks.Any(several):
                return self._boolean(tantivy.Occur.Should, several)
            case asks.Without(part):
                everything = _scored(tantivy.Query.all_query(), 0)
                return tantivy.Query.boolean_query(
                    [
                        (tantivy.Occur.Must, everything),
                        (tantivy.Occur.MustNot, self.query(part)),
                    ]
                )
            case _:
                return _scored(self._leaf(ask), 0)

    def _boolean(self, occur: tantivy.Occur, several: tuple[Ask, ...]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(occur, self.query(part)) for part in several])

    def _leaf(self, leaf: asks.Leaf) -> tantivy.Query:
        columns = self._columns
        match leaf:
            case asks.Has(column, token):
                return tantivy.Query.term_query(columns, column, token, "basic")
            case asks.HasAny(column, tokens):
                return tantivy.Query.term_set_query(columns, column, list(tokens))
            case asks.Sequence(column, words):
                return tantivy.Query.phrase_query(columns, column, list(words))
            case asks.Starts(column, start):
                # Words are letters and digits: nothing in them that a pattern would read.
                return tantivy.Query.regex_query(columns, column, start + ".*")
            case asks.Near(column, word, edits):
                return tantivy.Query.fuzzy_term_query(columns, column, word, edits, False)
            case asks.Range(column, None, None):
                return tantivy.Query.exists_query(column)
            case asks.Range(column, low, high):
                whole = isinstance(low if low is not None else high, int)
                kind = tantivy.FieldType.Integer if whole else tantivy.FieldType.Float
                return tantivy.Query.range_query(columns, column, kind, low, high)


def _scored(query: tantivy.Query, points: int) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, float(points))


def _stamp(generation: Path) -> tuple[int, int, int]:
    try:
        status = (generation / "meta.json").stat()
    except OSError as error:
        raise IndexBroken(f"{generation} has lost its list of parts") from error
    return status.st_ino, status.st_mtime_ns, status.st_size


def _live_parts(generation: Path) -> list[str]:
    """The names of the parts that Tantivy's own list says are in use."""
    try:
        listed = json.loads((generation / "meta.json").read_text(encoding="utf-8"))
        segments = [
            (str(one["segment_id"]).replace("-", ""), one["deletes"]) for one in listed["segments"]
        ]
        names = [f"{name}.{kind}" for name, _ in segments for kind in _PART_KINDS]
        names += [f"{name}.{gone['opstamp']}.del" for name, gone in segments if gone]
        return [*names, f"meta.json@{listed['opstamp']}"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexBroken(f"{generation} has lost its list of parts") from error
