"""How is a message read by a person? As one page: from whom, to whom, about what, with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from eakte.interchange.xjustiz.message import PARTS, Message, Piece, class_of
from eakte.interchange.xjustiz.package import Package

DAY = "%d.%m.%Y"
KINDS = {
    "nachricht.gds.uebermittlungSchriftgutobjekte.0005005": "Übermittlung von Dokumenten",
    "nachricht.gds.basisnachricht.0005006": "Nachricht",
    "nachricht.gds.fehler.0005007": "Fehlermeldung",
    "nachricht.gds.verarbeitungsbestaetigung.0005008": "Bestätigung der Verarbeitung",
    "nachricht.eeb.zuruecklaufend.2200007": "Elektronisches Empfangsbekenntnis",
}


def written_out(package: Package, courts: Mapping[str, str]) -> str:
    """Return a delivery as text in lines; a court is named where its code is known."""
    message = package.message
    if message is None:
        lines = ["ELEKTRONISCHE NACHRICHT", "", "Die Nachricht lässt sich nicht lesen."]
    else:
        lines = [*_head(message, courts), *_parties(message), *_pieces(message, package)]
    beside = [one for one in package.enclosed if not _named(message, one.entry.name)]
    if beside:
        lines += ["", "Außerdem mitgekommen", ""]
        lines += [f"  - {one.entry.name}" for one in beside]
    if package.missing:
        lines += ["", "Genannt, aber nicht mitgekommen", ""]
        lines += [f"  - {name}" for name in package.missing]
    return "\n".join(lines) + "\n"


def title_of(message: Message, courts: Mapping[str, str]) -> str:
    """Return what a message is called in a list: what it brings, and from whom."""
    titles = [piece.title for piece in message.pieces if piece.title]
    what = titles[0] if titles else KINDS.get(message.name, "Elektronische Nachricht")
    if len(message.pieces) > 1 and titles:
        what += f" und {len(message.pieces) - 1} weitere"
    sender = named(message.sender, courts)
    return f"{what} ({sender})" if sender else what


def named(partner: str, courts: Mapping[str, str]) -> str:
    """Return the name of a partner, who may be a court of which only the code was told."""
    return courts.get(partner, partner)


def _head(message: Message, courts: Mapping[str, str]) -> Iterator[str]:
    yield "ELEKTRONISCHE NACHRICHT"
    yield KINDS.get(message.name, message.name)
    yield ""
    rows = (
        ("Absender", named(message.sender, courts)),
        ("Empfänger", named(message.recipient, courts)),
        ("Erstellt am", message.created_at.strftime(f"{DAY}, %H:%M") if message.created_at else ""),
        ("Ihr Zeichen", ", ".join(message.ours)),
        ("Zeichen des Absenders", ", ".join(message.theirs)),
        ("Aktenzeichen des Verfahrens", ", ".join(message.proceedings)),
        ("Gericht", ", ".join(named(one, courts) for one in message.courts)),
        ("Rubrum", message.title),
        ("Gegenstand", message.subject),
        ("Kennung", message.message_id),
        ("Antwort auf", message.answers),
        ("Fassung", f"XJustiz {message.version}" if message.version else ""),
        ("Programm", message.product),
    )
    for label, told in rows:
        if told:
            yield f"{label + ':':<29}{told}"
    for one in message.faults:
        more = f" ({one.more})" if one.more else ""
        yield f"{'Fehler:':<29}{one.code}{more}"
    if message.wants_confirmation:
        yield ""
        yield "Ein elektronisches Empfangsbekenntnis (eEB) wird verlangt."


def _parties(message: Message) -> Iterator[str]:
    if not message.parties:
        return
    yield from ("", "Verfahrensbeteiligte", "")
    for one in message.parties:
        part = PARTS.get(one.part, "Beteiligte(r)")
        born = f", geb. am {one.born_on.strftime(DAY)}" if one.born_on else ""
        under = f" (Zeichen {one.reference})" if one.reference else ""
        yield f"  {part}: {one.name}{born}{under}"


def _pieces(message: Message, package: Package) -> Iterator[str]:
    if not message.pieces:
        return
    yield from ("", "Dokumente", "")
    gone = set(package.missing)
    around: tuple[str, ...] = ()
    for number, piece in enumerate(message.pieces, start=1):
        if piece.within != around:
            around = piece.within
            if around:
                yield "  " + " › ".join(around)
        yield f"  {number}. {_told_of(piece)}"
        for one in piece.stored:
            yield f"       {one.name}{' (fehlt)' if one.name in gone else ''}"


def _told_of(piece: Piece) -> str:
    kind = class_of(piece.kind)
    parts = [piece.title or kind or "Dokument"]
    if kind and kind != parts[0]:
        parts.append(kind)
    if piece.written_on:
        parts.append(f"vom {piece.written_on.strftime(DAY)}")
    if piece.received_on:
        parts.append(f"eingegangen am {piece.received_on.strftime(DAY)}")
    if piece.sender:
        parts.append(f"von {piece.sender}")
    if piece.wants_confirmation:
        parts.append("mit Empfangsbekenntnis")
    return ", ".join(parts)


def _named(message: Message | None, name: str) -> bool:
    if message is None:
        return False
    wanted = PurePosixPath(name).name.casefold()
    return any(one.casefold() == wanted for one in message.names())
