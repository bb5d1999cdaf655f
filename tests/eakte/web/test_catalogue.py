"""Does the English catalogue know every sentence of the pages, and say of each what German says?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.house.tree import ROOT

WEB = ROOT / "eakte" / "web"
# What is looked up by its German text when somebody is told of it.
TOLD = {"EakteError", "Sentence"}
MARKED = {"_", "gettext"}


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


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / "eakte").rglob("*.py"))
    )


def names_of_the_told() -> set[str]:
    """Every class of errors and of sentences, whatever module it is in."""
    bases = {
        one.name: {base.id for base in one.bases if isinstance(base, ast.Name)}
        for _, tree in trees()
        for one in ast.walk(tree)
        if isinstance(one, ast.ClassDef)
    }
    found = set(TOLD)
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def sentences_of_programs() -> Iterator[tuple[str, str]]:
    names = names_of_the_told() | MARKED
    for where, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            said = [*call.args[:1]] if name in names else []
            said += [one.value for one in call.keywords if one.arg == "next_step"]
            for one in said:
                if isinstance(one, ast.Constant) and says_something(one.value):
                    yield f"{where}:{one.lineno}", str(one.value)


def says_something(text: object) -> bool:
    """Whether it is a text with words of its own, beside what is put into its blanks."""
    return isinstance(text, str) and bool(re.sub(r"%\(\w+\)s", "", text).strip(" .,:„“()"))


def test_every_sentence_of_every_program_has_its_english() -> None:
    known = {german[0] for german, english in entries() if all(english)}
    seen = list(sentences_of_programs())
    assert len(seen) > 1500
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
