"""Do office documents become readable, and is what acts by itself named and never run?"""

from __future__ import annotations

import shutil
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from eakte.model.findings import Flag, Outcome
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.processing.steps.identify import identify
from eakte.processing.steps.office import CannotConvert, convert
from eakte.processing.steps.office_inspection import _Found, _in_word, _in_workbook, inspect
from tests.processing import papers_office as papers

Process = Callable[..., Outcome]
needs_soffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed"
)
LETTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.problems]


def text_of(outcome: Outcome) -> str:
    return " ".join(page.text for page in outcome.pages)


# --- becoming readable ---------------------------------------------------------------------------

MADE: dict[str, Callable[[Path], Path]] = {
    "brief.docx": papers.docx,
    "tabelle.xlsx": papers.xlsx,
    "brief.odt": papers.odt,
    "tabelle.ods": papers.ods,
    "folie.odp": papers.odp,
    "brief.rtf": papers.rtf,
}


@needs_soffice
@pytest.mark.parametrize("name", MADE)
def test_an_office_document_becomes_a_searchable_reading_copy(
    process: Process, tmp_path: Path, name: str
) -> None:
    outcome = process(MADE[name](tmp_path / name))
    assert codes(outcome) == []
    assert papers.SAID in text_of(outcome)
    assert outcome.searchable_pdf is not None
    assert len(outcome.previews) == len(outcome.pages) == 1


@needs_soffice
@pytest.mark.parametrize("ending", ["doc", "docx", "odt"])
def test_the_samples_of_others_become_readable_within_their_bounds(
    process: Process, shared: Path, ending: str
) -> None:
    outcome = process(shared / "samples" / "office" / f"sample.{ending}")
    assert outcome.searchable_pdf is not None
    assert "test" in text_of(outcome).lower()
    assert outcome.look.kind == "office"


@needs_soffice
def test_nothing_is_run_and_nothing_fetched_while_it_is_converted(
    process: Process, tmp_path: Path
) -> None:
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *given: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    outside = f"http://127.0.0.1:{server.server_port}"
    try:
        outcome = process(
            papers.docx(
                tmp_path / "brief.docx",
                rels=papers.relationship("attachedTemplate", f"{outside}/template.dotm")
                + papers.relationship("image", f"{outside}/picture.png"),
                body=papers.field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe")
                + papers.field(f'INCLUDEPICTURE "{outside}/picture.png"'),
                more={"word/vbaProject.bin": b"Sub AutoOpen()"},
            )
        )
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
    assert codes(outcome) == ["macros", "dde", "external-links"]
    assert outcome.flags == {Flag.MACROS, Flag.LINKS}
    assert papers.SAID in text_of(outcome)


@needs_soffice
def test_a_macro_that_never_ends_does_not_begin(process: Process, tmp_path: Path) -> None:
    module = (
        '<?xml version="1.0" encoding="UTF-8"?><script:module '
        'xmlns:script="http://openoffice.org/2000/script" script:name="Eins" '
        'script:language="StarBasic">Sub Main\nDo\nLoop\nEnd Sub</script:module>'
    )
    library = (
        '<?xml version="1.0" encoding="UTF-8"?><library:{kind} '
        'xmlns:library="http://openoffice.org/2000/library" {more}</library:{kind}>'
    )
    listener = (
        '<script:event-listener script:language="ooo:script" script:event-name="dom:load" '
        'xlink:href="vnd.sun.star.script:Standard.Eins.Main?language=Basic&amp;location=document"/>'
    )
    letter = papers.odt(
        tmp_path / "a.odt",
        before=f"<office:scripts><office:event-listeners>{listener}</office:event-listeners>"
        "</office:scripts>",
        more={
            "Basic/script-lc.xml": library.format(
                kind="libraries",
                more='xmlns:xlink="http://www.w3.org/1999/xlink">'
                '<library:library library:name="Standard" library:link="false"/>',
            ).encode(),
            "Basic/Standard/script-lb.xml": library.format(
                kind="library",
                more='library:name="Standard" library:readonly="false" '
                'library:passwordprotected="false"><library:element library:name="Eins"/>',
            ).encode(),
            "Basic/Standard/Eins.xml": module.encode(),
        },
    )
    outcome = process(letter)
    assert codes(outcome) == ["macros"]
    assert papers.SAID in text_of(outcome)


# --- what is found before -------------------------------------------------------------------------


def test_a_plain_letter_has_nothing_to_tell(tmp_path: Path) -> None:
    for name, make in MADE.items():
        assert inspect(make(tmp_path / name)).flags == frozenset()
        assert identify(tmp_path / name, name="").kind == "office"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"more": {"word/vbaProject.bin": b"x"}}, ["macros"]),
        (
            {"rels": papers.relationship("attachedTemplate", "http://evil/t.dotm")},
            ["external-links"],
        ),
        ({"rels": papers.relationship("image", "file:///etc/passwd")}, ["external-links"]),
        ({"rels": papers.relationship("oleObject", "\\\\evil\\share")}, ["external-links"]),
        ({"rels": papers.relationship("hyperlink", "https://beispiel.invalid")}, []),
        ({"body": papers.field("DD", "EAU", "TO excel")}, ["dde"]),
        ({"body": papers.field("DATE")}, []),
        ({"body": '<w:fldSimple w:instr="INCLUDETEXT http://x"/>'}, ["external-links"]),
    ],
)
def test_what_acts_by_itself_in_a_letter_is_named(
    tmp_path: Path, given: dict[str, Any], told: list[str]
) -> None:
    assert list(inspect(papers.docx(tmp_path / "a.docx", **given)).codes) == told


def test_what_acts_by_itself_in_tables_and_open_documents_is_named(tmp_path: Path) -> None:
    dde = {"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}
    assert inspect(papers.xlsx(tmp_path / "a.xlsx", more=dde)).codes == ("dde",)
    old = {"xl/macrosheets/sheet1.xml": b"<macrosheet/>"}
    assert inspect(papers.xlsx(tmp_path / "b.xlsx", more=old)).codes == ("macros",)
    basic = {"Basic/Standard/Module1.xml": b"<module/>"}
    assert inspect(papers.odt(tmp_path / "a.odt", more=basic)).codes == ("macros",)
    picture = '<text:p><draw:image xlink:href="https://evil.invalid/a.png"/></text:p>'
    assert inspect(papers.odt(tmp_path / "b.odt", body=picture)).codes == ("external-links",)
    link = '<text:p><text:a xlink:href="https://beispiel.invalid">hier</text:a></text:p>'
    assert inspect(papers.odt(tmp_path / "c.odt", body=link)).codes == ()
    listener = '<text:p><script:event-listener script:language="ooo:script"/></text:p>'
    assert inspect(papers.odt(tmp_path / "d.odt", body=listener)).codes == ("macros",)
    assert inspect(
        papers.rtf(
            tmp_path / "a.rtf", "{\\field{\\*\\fldinst DDEAUTO cmd}}{\\*\\template http://x}"
        )
    ).codes == ("dde", "external-links")


def test_what_acts_by_itself_in_old_formats_is_named(shared: Path) -> None:
    assert inspect(shared / "samples" / "office" / "sample.doc").codes == ()
    found = _Found()
    _in_word(bytes(12) + b"\x13 DDEAUTO c:\\cmd", found)
    assert found.told().codes == ("dde",)
    found = _Found()
    sheet = struct.pack("<HHIBB", 0x85, 6, 0, 0, 1)
    _in_workbook(struct.pack("<HH", 0x809, 4) + bytes(4) + sheet, found)
    assert found.told().codes == ("macros",)


def test_an_office_document_behind_a_password_is_told_and_not_tried(
    process: Process, tmp_path: Path
) -> None:
    locked = papers.odt(tmp_path / "a.odt", manifest="<manifest:encryption-data/>")
    outcome = process(locked)
    assert codes(outcome) == ["encrypted-office"]
    assert outcome.flags == {Flag.ENCRYPTED}
    found = _Found()
    _in_word(bytes(10) + struct.pack("<H", 0x0100) + bytes(8), found)
    assert found.told().locked
    found = _Found()
    _in_workbook(struct.pack("<HH", 0x2F, 2) + bytes(2), found)
    assert found.told().locked


# --- when LibreOffice does not do its work --------------------------------------------------------


def _with_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, *, seconds: float = 5
) -> str:
    """Convert a letter with another program in the place of LibreOffice; return the code."""
    programs = tmp_path / "programs"
    programs.mkdir()
    if script:
        (programs / "soffice").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin" if script else str(programs))
    letter = papers.docx(tmp_path / "a.docx")
    limits = replace(Limits(), office_seconds=seconds)
    with pytest.raises(CannotConvert) as told:
        convert(letter, tmp_path, media_type=LETTER, limits=limits)
    return told.value.code


def test_without_libreoffice_the_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _with_program(tmp_path, monkeypatch, "") == "office-missing"


def test_one_that_is_killed_is_tried_once_more_in_a_new_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "calls"
    code = _with_program(tmp_path, monkeypatch, f'echo "$1" >> {log}; kill -9 $$')
    assert code == "office-failed"
    assert len(set(log.read_text().split())) == 2


def test_one_that_hangs_is_ended_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _with_program(tmp_path, monkeypatch, "exec sleep 60", seconds=0.5) == "office-timeout"


@needs_soffice
def test_a_broken_office_document_is_kept_with_a_sentence(
    process: Process, tmp_path: Path, sandbox: Sandbox
) -> None:
    whole = papers.docx(tmp_path / "a.docx").read_bytes()
    broken = papers.zipped(
        tmp_path / "b.docx", {"[Content_Types].xml": "<x", "word/document.xml": whole[:40]}
    )
    outcome = process(broken)
    assert codes(outcome) == ["office-failed"]
    assert outcome.searchable_pdf is None
