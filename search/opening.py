"""Which engine holds the index in this folder?"""

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from search.entry import Schema
from search.index import Index
from search.memory_index import MemoryIndex

Engine = Literal["auto", "tantivy", "whoosh", "memory"]

_CLASSES = {
    "tantivy": ("search.tantivy_index", "TantivyIndex"),
    "whoosh": ("search.whoosh_index", "WhooshIndex"),
}
_logger = logging.getLogger("search")


def open_index(folder: Path | None, schema: Schema, *, engine: Engine = "auto") -> Index:
    """The index in the folder, a new one when there is none; "memory" needs no folder.

    "auto" takes Tantivy, or Whoosh where Tantivy cannot be imported. Raises IndexBroken when the
    folder holds something unreadable, or an index of another schema, engine or analysis: then build
    a new one in a folder beside it and call swap_index().
    """
    if engine == "memory":
        return MemoryIndex(schema)
    if engine == "auto":
        engine = _what_there_is()
    if engine not in _CLASSES:
        raise ValueError(f"no search engine is called {engine!r}")
    if folder is None:
        raise ValueError(f"{engine} needs a folder")
    return _class_of(engine)(folder, schema)


def _what_there_is() -> Literal["tantivy", "whoosh"]:
    try:
        _class_of("tantivy")
    except ImportError as error:
        _logger.warning("tantivy cannot be imported (%s): searching with whoosh", error)
        return "whoosh"
    return "tantivy"


def _class_of(engine: str) -> Callable[[Path, Schema], Index]:
    # By name and only when asked for: a machine without a wheel of Tantivy can still import this
    # module, and one that uses Tantivy does not load Whoosh.
    module, name = _CLASSES[engine]
    found: Callable[[Path, Schema], Index] = getattr(importlib.import_module(module), name)
    return found
