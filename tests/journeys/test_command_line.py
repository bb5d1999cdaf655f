"""Does a page of paper come in, get recognised, filed, found and read without a browser?"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf.pdfa
from PIL import Image, ImageDraw, ImageFont

from tests.journeys.conftest import CommandLine

PASSWORD = "ein langes Kennwort\n"


def hire_clerk(eakte: CommandLine) -> None:
    ended = eakte(
        "user",
        "clara",
        "--name",
        "Clara Beispiel",
        "--role",
        "clerk",
        "--department",
        "zentral",
        "--password-stdin",
        given=PASSWORD,
    )
    assert ended.code == 0, ended.err


def three_pages(path: Path) -> Path:
    typeface = ImageFont.load_default(size=60)
    pages = []
    for words in ("Erste Seite Antrag", "Zweite Seite Befund", "Dritte Seite Widerspruch"):
        page = Image.new("L", (1240, 1754), 255)
        ImageDraw.Draw(page).text((150, 300), words, font=typeface, fill=0)
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(150, 150))
    return path


def test_scans_come_in_and_are_found_by_words_of_their_text_on_the_right_page(
    eakte: CommandLine, shared: Path, tmp_path: Path
) -> None:
    hire_clerk(eakte)
    original = shared / "samples" / "scans" / "linn.pdf"
    received = eakte("receive", original, three_pages(tmp_path / "stapel.tiff"), "--json")
    assert received.code == 0, received.err
    receipt, of_three = received.told
    assert receipt["sha256"] == hashlib.sha256(original.read_bytes()).hexdigest()
    assert (receipt["pages"], of_three["pages"]) == (1, 3)
    worked = eakte("work", "--until-idle", "--json")
    assert worked.code == 0, worked.err

    truth = (shared / "samples" / "scans" / "linn.txt").read_text(encoding="utf-8")
    word = max((each for each in truth.split() if each.isalpha()), key=len)
    found = eakte("search", word, "--as", "clara", "--json")
    assert found.code == 0, found.err
    assert [hit["document"] for hit in found.told] == [receipt["document_id"]]
    assert found.told[0]["page"] == 1
    hits = eakte("search", "Widerspruch", "--as", "clara", "--json").told
    assert [(hit["document"], hit["page"]) for hit in hits] == [(of_three["document_id"], 3)]

    back, copy = tmp_path / "back.pdf", tmp_path / "copy.pdf"
    shown = eakte(
        "show",
        receipt["document_id"],
        "--as",
        "clara",
        "--original",
        back,
        "--reading-copy",
        copy,
        "--json",
    )
    assert shown.code == 0, shown.err
    assert back.read_bytes() == original.read_bytes()
    assert pikepdf.pdfa.validate_written(copy, "2b").verdict == "pass"
    verified = eakte("verify", "--json")
    assert verified.code == 0, verified.out + verified.err
    assert verified.told[0]["faults"] == []


def test_refusals_and_wrong_calls_have_their_own_exit_codes(tmp_path: Path) -> None:
    eakte = CommandLine(tmp_path / "house", {})
    empty = tmp_path / "leer.pdf"
    empty.touch()
    refused = eakte("receive", empty)
    assert refused.code == 1
    assert "ist leer" in refused.err
    assert eakte("receive").code == 2
    assert eakte("search", "x", "--as", "nobody").code == 1
    assert eakte("show", "00000000-0000-0000-0000-00000000000f").code == 1


def test_a_part_out_of_reach_has_its_own_exit_code(tmp_path: Path) -> None:
    away = CommandLine(
        tmp_path / "house",
        {"EAKTE_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"},
    )
    ended = away("verify")
    assert ended.code == 3
    assert "nicht erreichbar" in ended.err
