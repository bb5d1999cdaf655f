"""How does a message look on paper? Its head as a table, its text below, its links at the end."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from eakte.processing.steps.mail.markup import Cleaned, words_of
from eakte.processing.steps.mail.message import Mail

FORM = """
@page { size: A4; margin: 18mm 16mm 18mm 20mm;
  @bottom-right { content: "Seite " counter(page) " von " counter(pages);
    font: 8pt "Liberation Sans", "DejaVu Sans", sans-serif; color: #555 } }
body { font: 10pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif; color: #000;
  overflow-wrap: anywhere; margin: 0 }
.kopf { border-collapse: collapse; width: 100%; margin: 0 0 5mm; border-bottom: 0.5pt solid #555 }
.kopf th { text-align: left; vertical-align: top; font-weight: bold; width: 28mm;
  padding: 0 3mm 1mm 0 }
.kopf td { vertical-align: top; padding: 0 0 1mm }
.kopf .betreff { font-size: 12pt; font-weight: bold }
.text { white-space: pre-wrap; font: 10pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif;
  margin: 0 }
.nachricht img { max-width: 100%; height: auto }
.nachricht table { max-width: 100% }
.nachricht a { color: #000; text-decoration: underline }
.nachricht a::after { content: " [" attr(data-verweis) "]"; font-size: 80% }
.verweise { border-top: 0.5pt solid #555; margin-top: 6mm; padding-top: 2mm; font-size: 8pt }
.verweise p { margin: 0 0 1mm }
"""


def drawn_up(mail: Mail, bodies: Sequence[Cleaned | str], *, enclosed: Sequence[str]) -> str:
    """Return the page of a message as HTML; a body is cleaned HTML or plain text."""
    shown = "".join(
        f'<pre class="text">{escape(body)}</pre>'
        if isinstance(body, str)
        else f"<div>{body.html}</div>"
        for body in bodies
    )
    rows = "".join(
        f"<tr><th>{name}</th><td{kind}>{escape(value)}</td></tr>"
        for name, value, kind in _head(mail, enclosed)
        if value
    )
    return (
        '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8">'
        f"<title>{escape(mail.subject or 'Nachricht')}</title><style>{FORM}</style></head><body>"
        f'<table class="kopf">{rows}</table><div class="nachricht">{shown}</div>'
        f"{_links(bodies)}</body></html>"
    )


def written_out(mail: Mail, bodies: Sequence[Cleaned | str], *, enclosed: Sequence[str]) -> str:
    """Return the same as plain text, for where it cannot be printed."""
    head = [f"{name}: {value}" for name, value, _ in _head(mail, enclosed) if value]
    said = [body if isinstance(body, str) else words_of(body.html) for body in bodies]
    return "\n".join([*head, "", *said])


def _head(mail: Mail, enclosed: Sequence[str]) -> list[tuple[str, str, str]]:
    sent = mail.sent_at.strftime("%d.%m.%Y %H:%M (%z)") if mail.sent_at else ""
    return [
        ("Von", mail.sender, ""),
        ("An", mail.recipients, ""),
        ("Kopie", mail.copies, ""),
        ("Gesendet", sent, ""),
        ("Betreff", mail.subject, ' class="betreff"'),
        ("Anlagen", ", ".join(enclosed), ""),
        ("Nachrichten-ID", mail.message_id, ""),
    ]


def _links(bodies: Sequence[Cleaned | str]) -> str:
    lists = [body.links for body in bodies if isinstance(body, Cleaned) and body.links]
    if not lists:
        return ""
    lines = "".join(
        f"<p>[{number}] {escape(link)}</p>"
        for links in lists
        for number, link in enumerate(links, start=1)
    )
    return f'<div class="verweise"><p>Verweise in der Nachricht:</p>{lines}</div>'
