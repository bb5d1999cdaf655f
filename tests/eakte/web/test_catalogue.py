"""Does the English catalogue know every sentence of the pages, and say of each what German says?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.house.tree import ROOT

WEB = ROOT / "eakte" / "web"


@cache
def catalogue() -> Catalog:
    with (WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return read_po(stream, locale="en")


def forms(said: str | Sequence[str] | None) -> tuple[str, ...]:
    """A sentence, or its singular and its plural."""
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(said)


def entries() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(forms(one.id), forms(one.string)) for one in catalogue() if one.id]


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", sentence))


def sentences_of_templates() -> Iterator[tuple[str, str]]:
    for template in sorted((WEB / "templates").rglob("*.html")):
        with template.open("rb") as stream:
            for line, said, _, _ in extract(
                "jinja2.ext:babel_extract", stream, options={"silent": "false"}
            ):
                first = said if isinstance(said, str) else said[0]
                if first:
                    yield f"{template.name}:{line}", first


def test_every_sentence_of_every_template_has_its_english() -> None:
    known = {german[0] for german, english in entries() if all(english)}
    seen = list(sentences_of_templates())
    assert len(seen) > 1000
    assert [f"{where}: {said}" for where, said in seen if said not in known] == []


def test_english_leaves_the_same_blanks_as_german() -> None:
    wrong = []
    for german, english in entries():
        # The singular may say "one" where the other language says the number.
        may_differ = {"num"} if len(german) > 1 else set()
        for ours, theirs in zip(german, english, strict=True):
            if (blanks(ours) ^ blanks(theirs)) - may_differ:
                wrong.append(f"{ours} | {theirs}")
    assert wrong == []


def test_many_are_not_told_in_the_singular() -> None:
    counted = [english for german, english in entries() if len(german) > 1]
    assert len(counted) > 20
    assert [english for english in counted if english[0] == english[1]] == []
