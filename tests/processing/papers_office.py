"""Small office documents made by hand, harmless and otherwise."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

SAID = "Der Widerspruch ist begründet."
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOC_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>{more}</Types>'
)
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"


def zipped(path: Path, parts: dict[str, str | bytes], *, mimetype: str = "") -> Path:
    """Write a container with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as container:
        if mimetype:
            container.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name, content in parts.items():
            container.writestr(name, content)
    path.write_bytes(made.getvalue())
    return path


def docx(
    path: Path, *, body: str = "", rels: str = "", more: dict[str, bytes] | None = None
) -> Path:
    """A letter as Word writes it; ``rels`` go beside the document, ``body`` into it."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = _MAIN.format("wordprocessingml.document")
    override = f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
    return zipped(
        path,
        {
            "[Content_Types].xml": _TYPES.format(more=override),
            "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
            f'Type="{_DOC_RELS}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{word}" xmlns:r="{_DOC_RELS}"><w:body>'
            f"<w:p><w:r><w:t>{SAID}</w:t></w:r></w:p>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELS}">{rels}'
            "</Relationships>",
            **(more or {}),
        },
    )


def relationship(kind: str, target: str) -> str:
    """A reference to something outside."""
    return (
        f'<Relationship Id="x{abs(hash(target)) % 999}" Type="{_DOC_RELS}/{kind}" '
        f'Target="{target}" TargetMode="External"/>'
    )


def field(*pieces: str) -> str:
    """A field whose words are spread over several pieces of text."""
    said = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{said}</w:p>'


def xlsx(path: Path, *, more: dict[str, bytes] | None = None) -> Path:
    """A table as Excel writes it."""
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    overrides = (
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN.format("spreadsheetml.sheet")}"'
        '/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": _TYPES.format(more=overrides),
            "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
            f'Type="{_DOC_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{_DOC_RELS}"><sheets>'
            '<sheet name="Eins" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
            f'Type="{_DOC_RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{sheet}"><sheetData><row r="1">'
            f'<c r="A1" t="inlineStr"><is><t>{SAID}</t></is></c></row></sheetData></worksheet>',
            **(more or {}),
        },
    )


def open_document(
    path: Path,
    kind: str,
    *,
    body: str,
    more: dict[str, bytes] | None = None,
    manifest: str = "",
    before: str = "",
) -> Path:
    """A document as LibreOffice writes it: text, spreadsheet or presentation."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(
        f'xmlns:{name}="{office}{name}:1.0"'
        for name in ("office", "text", "table", "script", "presentation")
    )
    spaces += f' xmlns:draw="{office}drawing:1.0" xmlns:svg="{office}svg-compatible:1.0"'
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    listed = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    # LibreOffice takes a package for broken in which something lies that it does not list.
    others = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in more or {}
    )
    return zipped(
        path,
        {
            "content.xml": f'<office:document-content {spaces} office:version="1.3">{before}'
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{listed}" '
            f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{mimetype}"/><manifest:file-entry manifest:full-path='
            f'"content.xml" manifest:media-type="text/xml">{manifest}</manifest:file-entry>'
            f"{others}</manifest:manifest>",
            **(more or {}),
        },
        mimetype=mimetype,
    )


def odt(path: Path, *, body: str = "", **given: Any) -> Path:
    """A text."""
    return open_document(path, "text", body=f"<text:p>{SAID}</text:p>{body}", **given)


def ods(path: Path) -> Path:
    """A table."""
    cell = f"<table:table-cell><text:p>{SAID}</text:p></table:table-cell>"
    table = (
        f'<table:table table:name="Eins"><table:table-row>{cell}</table:table-row></table:table>'
    )
    return open_document(path, "spreadsheet", body=table)


def odp(path: Path) -> Path:
    """A slide."""
    frame = '<draw:frame svg:width="20cm" svg:height="5cm" svg:x="1cm" svg:y="1cm"><draw:text-box>'
    page = f"{frame}<text:p>{SAID}</text:p></draw:text-box></draw:frame>"
    return open_document(path, "presentation", body=f'<draw:page draw:name="1">{page}</draw:page>')


def rtf(path: Path, more: str = "") -> Path:
    """A text in the rich text format."""
    said = SAID.replace("ü", "\\'fc")
    path.write_text("{\\rtf1\\ansi\\ansicpg1252 " + said + more + "}", encoding="ascii")
    return path
