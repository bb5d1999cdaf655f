"""What can go wrong in searching, and what does the caller do about it?

SearchError
├─ BadQuery      the person's own words cannot be read: show the sentence, mark the position
├─ IndexBusy     another process is writing: try again in a moment
│  └─ IndexFull  there is no room to write: nothing has changed, try again when there is
└─ IndexBroken   the folder cannot be trusted: build a new index beside it, then swap_index()
"""


class SearchError(Exception):
    """Anything this library raises on purpose."""


class BadQuery(SearchError):
    """What was typed cannot be read; `position` counts characters from 0, `message` is German."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


class IndexBusy(SearchError):
    """Somebody else holds the one place at which an index can be written."""


class IndexFull(IndexBusy):
    """There is no room to write on the disk. What was there before still is."""


class IndexBroken(SearchError):
    """The index is damaged, or was built for other fields, another engine or another analysis."""
