"""Is everything found in a message, whatever wrote it, and nothing shown that acts or fetches?"""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from compressed_rtf import compress
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte.processing.steps.identify import identify
from eakte.processing.steps.mail.markup import clean
from eakte.processing.steps.mail.message import Mail
from eakte.processing.steps.mail.opening import MOST_ENCLOSED, open_message
from eakte.processing.steps.mail.outlook import read_outlook
from eakte.processing.steps.mail.rfc822 import read_rfc822
from tests.mail.letters import (
    A_PDF,
    A_TEXT,
    BYTES,
    MOMENT,
    TEXT,
    WHOLE,
    attached,
    compound,
    head,
    inline,
    message_part,
    mixed,
    outlook,
    picture,
)

SMIME = b"application/pkcs7-mime; smime-type="


def found(mail: Mail) -> Mapping[str, int]:
    return {code: count for code, count in mail.found.items() if count}


def test_head_text_and_attachments_are_read() -> None:
    mail = read_rfc822(head() + mixed(A_TEXT, attached(b"befund.pdf", A_PDF)))
    assert mail.sender == "Müller, Jörg <mueller@example.org>"
    assert (mail.recipients, mail.subject) == ("Amt <post@amt.example>", "Befund")
    assert mail.message_id == "<eins@example.org>"
    assert mail.sent_at is not None and mail.sent_at.isoformat() == "2026-01-12T09:15:00+01:00"
    assert [body.text.strip() for body in mail.bodies] == ["Guten Tag, anbei der Befund."]
    assert [(one.name, one.content) for one in mail.enclosed] == [("befund.pdf", A_PDF)]
    assert found(mail) == {}


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        (b"=?utf-8?b?w4RyenRpbg==?=", "Ärztin"),
        (b"=?iso-8859-1?q?Gr=FC=DFe?= an =?utf-8?q?J=C3=B6rg?=", "Grüße an Jörg"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"=?utf-8?b?a?=", "=?utf-8?b?a?="),
        (b"=?kein-zeichensatz?q?Brief?=", "Brief"),
        (b"lang\r\n gefaltet", "lang gefaltet"),
    ],
)
def test_a_subject_is_read_in_every_form(subject: bytes, read: str) -> None:
    assert read_rfc822(head(subject) + A_TEXT).subject == read


@pytest.mark.parametrize("declared", [b"utf-8", b"gibt-es-nicht", b"rot13", b"utf-16"])
def test_a_wrong_charset_is_flagged_and_the_words_are_there(declared: bytes) -> None:
    body = (
        b"Content-Type: text/plain; charset=" + declared + b"\r\n\r\nGr\xfc\xdfe aus dem Amt.\r\n"
    )
    mail = read_rfc822(head() + body)
    assert mail.bodies[0].text.startswith("Grüße aus dem Amt")
    assert found(mail)["mail-charset"] == 1


@pytest.mark.parametrize(
    "rest",
    [
        b'Content-Type: multipart/mixed; boundary="fehlt"\r\n\r\nGuten Tag\r\n',
        b"Content-Type: multipart/mixed\r\n\r\nGuten Tag\r\n",
        mixed(A_TEXT.replace(b"Guten Tag", b"Guten Tag"), attached(b"a.pdf", A_PDF))[:-12],
        b"kein Kopf hier\r\n\r\nGuten Tag\r\n",
    ],
)
def test_a_message_without_its_boundaries_is_flagged_and_shown(rest: bytes) -> None:
    mail = read_rfc822(head() + rest)
    assert found(mail)["mail-broken"] == 1
    assert "Guten Tag" in "".join(body.text for body in mail.bodies)


def test_a_nested_message_keeps_its_very_bytes() -> None:
    inner = (
        b"From: a@example.org\nX-Odd:    many   blanks \t\n"
        b"Subject: =?utf-8?q?inn?=\n =?utf-8?q?en?=\n"
        b"Content-Type: multipart/signed; boundary=s\n\n--s\n\nunterschrieben \n--s--\n"
    )
    mail = read_rfc822(head() + mixed(A_TEXT, message_part(inner)))
    assert [(one.name, one.content) for one in mail.enclosed] == [("innen.eml", inner)]


def test_a_nested_message_in_base64_is_unpacked() -> None:
    inner = head(b"Innen") + A_TEXT
    part = attached(b"innen.eml", inner, b"message/rfc822")
    assert read_rfc822(head() + mixed(part)).enclosed[0].content == inner


def test_of_two_forms_the_marked_up_one_is_shown_and_no_enclosure_is_lost() -> None:
    html = b"Content-Type: text/html\r\n\r\n<p>Tag <img src='cid:logo'></p>"
    both = mixed(
        A_TEXT,
        mixed(html, inline(b"logo", picture()), kind=b"related", mark=b"zwei"),
        attached(b"termin.ics", b"BEGIN:VCALENDAR", b"text/calendar"),
        kind=b"alternative",
        mark=b"drei",
    )
    mail = read_rfc822(head() + mixed(both, attached(b"befund.pdf", A_PDF)))
    assert [body.markup for body in mail.bodies] == [True]
    assert list(mail.pictures) == ["logo"]
    assert [one.name for one in mail.enclosed] == ["termin.ics", "befund.pdf"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (attached(b"smime.p7m", b"0\x80", SMIME + b"enveloped-data"), "mail-encrypted"),
        (attached(b"smime.p7m", b"0\x80", SMIME + b"signed-data"), "mail-signed"),
        (attached(b"winmail.dat", b"\x78\x9f\x3e\x22", b"application/ms-tnef"), "mail-winmail"),
    ],
)
def test_what_only_other_programs_open_is_kept_whole_and_told(part: bytes, code: str) -> None:
    mail = read_rfc822(head() + part)
    assert found(mail) == {code: 1}
    assert len(mail.enclosed) == 1 and mail.enclosed[0].content


def test_a_signed_message_shows_what_was_signed_and_tells_of_the_signature() -> None:
    signature = attached(b"smime.p7s", b"0\x80", b"application/pkcs7-signature")
    mail = read_rfc822(head() + mixed(A_TEXT, signature, kind=b"signed"))
    assert found(mail) == {"mail-signed": 1}
    assert mail.enclosed == [] and "Befund" in mail.bodies[0].text


def test_pictures_are_shown_and_large_ones_are_enclosed_too(tmp_path: Path) -> None:
    html = b"Content-Type: text/html\r\n\r\n<img src='cid:klein'><img src='cid:gross'>"
    content = head() + mixed(
        html,
        inline(b"klein", picture(), b"logo.png"),
        inline(b"gross", picture(1200, 900), b"scan.png"),
        inline(b"ungezeigt", picture(), b"rest.png"),
        kind=b"related",
    )
    path = tmp_path / "a.eml"
    path.write_bytes(content)
    opened = open_message(path, media_type="message/rfc822", folder=tmp_path)
    assert [(one.name, one.inline) for one in opened.mail.enclosed] == [
        ("scan.png", True),
        ("rest.png", False),
    ]


def test_what_is_empty_or_too_much_is_counted_and_not_lost_silently(tmp_path: Path) -> None:
    many = [attached(b"%d.txt" % number, b"x%d" % number) for number in range(MOST_ENCLOSED + 3)]
    path = tmp_path / "a.eml"
    path.write_bytes(head() + mixed(A_TEXT, attached(b"leer.pdf", b""), *many))
    mail = open_message(path, media_type="message/rfc822", folder=tmp_path).mail
    assert len(mail.enclosed) == MOST_ENCLOSED
    assert found(mail) == {"mail-empty-enclosure": 1, "mail-too-many": 3}


def test_nothing_of_the_markup_acts_or_fetches() -> None:
    cleaned = clean(
        """<style>@import "http://a/x.css"; p { background: url(http://a/b.png) }</style>
        <link rel=stylesheet href="https://a/c.css"><script src="http://a/s.js">alert(1)</script>
        <p style="background:url('http://a/d.png');color:red" onclick="x()">Guten <b>Tag</b></p>
        <img src="http://a/e.gif"><img srcset="//a/f.png 2x"><img src="file:///etc/passwd">
        <table background="https://a/g.png"><tr><td>Zelle</td></tr></table>
        <iframe src="http://a/h"></iframe><object data="http://a/i"></object>
        <form action="http://a/j"><input name=k></form><svg><image href="http://a/l"/></svg>
        <a href="https://a/weiter?x=1">weiter</a> <a href="javascript:alert(1)">nicht</a>
        <img src="cid:da"><img src="cid:fehlt"><img src="data:image/png;base64,AAAA">""",
        {"da": "cid:picture-1"},
    )
    assert cleaned.remote == 11
    assert cleaned.missing == 1 and cleaned.shown == {"da"}
    assert cleaned.links == ["https://a/weiter?x=1"]
    for word in ("http", "file:", "url(", "script", "onclick", "//a", "form", "svg", "style>"):
        assert word not in cleaned.html, cleaned.html
    assert 'src="cid:picture-1"' in cleaned.html and "color:red" in cleaned.html
    assert "Guten <b>Tag</b>" in cleaned.html and "Zelle" in cleaned.html


def test_a_message_of_outlook_is_read_with_the_message_inside_it(tmp_path: Path) -> None:
    told = {(0x3707, TEXT): "innen.pdf", (0x3701, BYTES): A_PDF, (0x3705, WHOLE): 1}
    inner = outlook(
        {(0x0037, TEXT): "Innen", (0x1000, TEXT): "Der innere Text.", (0x0C1A, TEXT): "Jörg"},
        [told],
        inner=True,
    )
    logo = {(0x3707, TEXT): "logo.png", (0x3701, BYTES): picture(), (0x3712, TEXT): "logo"}
    seconds = 1768205700 + 11644473600  # from 1601 on, as Windows counts
    outer = outlook(
        {
            (0x0037, TEXT): "Außen",
            (0x1013, BYTES): 'Grüße <img src="cid:logo">'.encode("cp1252"),
            (0x3FDE, WHOLE): 1252,
            (0x0C1A, TEXT): "Jörg Müller",
            (0x5D01, TEXT): "mueller@example.org",
            (0x0E04, TEXT): "Amt",
            (0x0039, MOMENT): seconds * 10**7,
        },
        [{(0x3707, TEXT): "groß.bin", (0x3701, BYTES): bytes(9000)}, logo, inner, {}],
    )
    path = tmp_path / "a"
    path.write_bytes(compound(outer))
    assert identify(path).media_type == "application/vnd.ms-outlook"
    mail = read_outlook(path)
    assert (mail.sender, mail.recipients) == ("Jörg Müller <mueller@example.org>", "Amt")
    assert mail.sent_at is not None and mail.sent_at.isoformat() == "2026-01-12T08:15:00+00:00"
    assert mail.bodies[0].markup and mail.bodies[0].text.startswith("Grüße")
    assert [one.name for one in mail.enclosed] == ["groß.bin", "Weitergeleitet.eml"]
    assert list(mail.pictures) == ["logo"] and found(mail) == {"mail-reference": 1}
    within = read_rfc822(mail.enclosed[1].content)
    assert (within.subject, within.sender) == ("Innen", "Jörg")
    assert within.bodies[0].text.strip() == "Der innere Text."
    assert [(one.name, one.content) for one in within.enclosed] == [("innen.pdf", A_PDF)]
    assert read_outlook(path).enclosed[1].content == mail.enclosed[1].content


@pytest.mark.parametrize("cut", [600, 1200, 2600, 4000])
def test_a_message_of_outlook_that_is_cut_off_is_flagged(tmp_path: Path, cut: int) -> None:
    told = {(0x0037, TEXT): "Betreff", (0x1000, TEXT): "Text " * 900}
    path = tmp_path / "a.msg"
    path.write_bytes(compound(outlook(told))[:cut])
    assert found(read_outlook(path)).keys() <= {"mail-broken"}


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (b"Subject: Entwurf\r\n\r\nText", "a.eml", "message/rfc822"),
        (b"Subject: Entwurf\r\n\r\nText", "a.txt", "text/plain"),
        (b"This is not a valid eml.\n", "broken.eml", "text/plain"),
        (b"\xef\xbb\xbfFrom: a\r\nTo: b\r\n\r\nText", "a", "message/rfc822"),
        (b"From: a\r\nTo: b\r\nSubject: das PDF\r\nX: %PDF-1.4\r\n\r\n", "a", "message/rfc822"),
        (b"\0\0%PDF-1.4\n", "a.eml", "application/pdf"),
    ],
)
def test_the_content_says_what_a_message_is(
    tmp_path: Path, content: bytes, name: str, media_type: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert identify(path, name=name).media_type == media_type


WHOLE_ONE = head() + mixed(
    mixed(A_TEXT, b"Content-Type: text/html\r\n\r\n<p>Tag", kind=b"alternative", mark=b"zwei"),
    attached(b"befund.pdf", A_PDF),
    message_part(head(b"Innen") + A_TEXT),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE_ONE) - 1), st.binary(min_size=0, max_size=4)),
        min_size=1,
        max_size=12,
    )
)
def test_no_damage_makes_reading_fail(wounds: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE_ONE)
    for place, wound in wounds:
        content[place : place + 3] = wound
    mail = read_rfc822(bytes(content))
    assert mail.bodies or mail.enclosed or mail.pictures or found(mail)
    for body in mail.bodies:
        assert body.text.isascii() or body.text  # decoded, whatever it was
        clean(body.text, {})


RICH = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl {\f0\fswiss Arial;}}{\*\htmltag64 <p>}"
    rb"\htmlrtf {\htmlrtf0 Sehr geehrte Frau M\'fcller,\par hiermit widerspreche ich."
    rb"\u-10179?\u-8704?{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
)
SAID = "Sehr geehrte Frau Müller,\nhiermit widerspreche ich.😀"


def rich_message(path: Path, kept: bytes) -> Mail:
    path.write_bytes(compound(outlook({(0x0037, TEXT): "Nur RTF", (0x1009, BYTES): kept})))
    return read_outlook(path)


def test_the_words_of_a_message_kept_as_compressed_rtf_alone_are_shown(tmp_path: Path) -> None:
    for number, kept in enumerate((compress(RICH), compress(RICH, compressed=False))):
        mail = rich_message(tmp_path / f"{number}.msg", kept)
        assert [(one.text, one.markup) for one in mail.bodies] == [(SAID, False)]
        assert found(mail) == {}
    with_picture = RICH[:-1] + rb"{\pict\pngblip 89504e470d0a}}"
    mail = rich_message(tmp_path / "picture.msg", compress(with_picture))
    assert mail.bodies[0].text.startswith("Sehr geehrte") and found(mail) == {"mail-as-words": 1}


def test_compressed_rtf_that_is_damaged_is_flagged_and_never_stops_the_message(
    tmp_path: Path,
) -> None:
    whole = compress(RICH)
    dice = random.Random(4)  # noqa: S311  # damage at random, no secret
    damaged = [whole[:cut] for cut in (1, 15, 16, 40, len(whole) - 3)]
    damaged += [b"\0" * 64, struct.pack("<II4sI", 3, 0, b"LZFu", 0), b"x" * 5000]
    for _ in range(60):
        content = bytearray(whole)
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        damaged.append(bytes(content))
    for kept in damaged:
        mail = rich_message(tmp_path / "damaged.msg", kept)
        assert mail.subject == "Nur RTF"
        # What is changed where nothing is proven is read as it stands; all else is flagged.
        assert found(mail) == {"mail-rtf": 1} or [one.text for one in mail.bodies] == [SAID]
