"""Is nothing believed that an honest child never says?"""

from __future__ import annotations

import pytest

from eakte.processing.distrust import Distrusted
from eakte.processing.wire import Account, Word, written

PAGE = {
    "text": "x",
    "source": "ocr",
    "confidence": 90.0,
    "width": 595,
    "height": 842,
    "dpi": 300,
    "rotation": 0,
}


HEAD = {
    **{name: "x" for name in ("sender", "recipients", "copies", "subject", "message_id")},
    "sent_at": "2026-01-12T09:15:00+01:00",
    "remote": 0,
}
ENCLOSURE = {"name": "a", "media_type": "a/b", "kind": "pdf", "inline": False}


def page(**changed: object) -> bytes:
    return written(Word.PAGE, **(PAGE | changed))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b'"page"',
        b'{"word": "page"}',
        b'{"word": "shell", "run": "rm"}',
        b"[" * 100_000,
        page(text=None),
        page(source="oracle"),
        page(confidence=float("nan")),
        page(confidence=101),
        page(width=-1),
        page(dpi=10**9),
        page(rotation=45),
        written(Word.NOTE, code="hacked", pages=[]),
        written(Word.NOTE, code="damaged", pages=["x"]),
        written(Word.PROGRESS, step="<b>", done=1, of=1),
        written(Word.PROGRESS, step="look", done=-1, of=1),
        written(Word.END, flags=["root"], pdf=True, previews=0, tools=""),
        written(Word.END, flags=[], pdf=True, previews=7, tools=""),
        written(Word.NOTE, code="mail-remote", pages=[], count=-1),
        written(Word.HEAD, **(HEAD | {"sender": None})),
        written(Word.HEAD, **(HEAD | {"subject": "x" * 9000})),
        written(Word.HEAD, **(HEAD | {"sent_at": "2026-01-12T09:15:00"})),
        written(Word.HEAD, **(HEAD | {"sent_at": "morgen"})),
        written(Word.ENCLOSURE, **(ENCLOSURE | {"kind": "god"})),
        written(Word.ENCLOSURE, **(ENCLOSURE | {"media_type": "a b"})),
        written(Word.ENCLOSURE, **(ENCLOSURE | {"name": "x" * 501})),
        written(Word.END, flags=[], pdf=False, previews=0, tools="", enclosures=1),
        written(Word.LOOK, media_type="a/b\n", kind="pdf", pages=1, code=None, refused=False),
        written(Word.LOOK, media_type="a/b", kind="god", pages=1, code=None, refused=False),
        written(Word.LOOK, media_type="a/b", kind="pdf", pages=True, code=None, refused=False),
    ],
)
def test_what_an_honest_child_never_says_is_not_believed(line: bytes) -> None:
    with pytest.raises(Distrusted):
        Account().hear(line)


def test_text_from_the_child_holds_nothing_that_a_database_refuses() -> None:
    account = Account()
    account.hear(page(text="a\x00b\ud800c\x1bd\n"))
    assert account.pages[0].text == "a b c d\n"


def test_after_its_end_a_child_has_nothing_to_say() -> None:
    account = Account()
    account.hear(written(Word.END, flags=[], pdf=False, previews=0, tools="x"))
    with pytest.raises(Distrusted):
        account.hear(page())
