"""Messages as courts send them, in the words of the versions, and the folders in which they lie."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

OLD, NEW = ("2.4.1", "3.2.1", "3.5.1"), ("3.6.2", "3.7.0")
BELL = "2f0b8c8e-6c0a-4d57-9d3f-0c1c2a7b9e01"


@dataclass(frozen=True)
class Sent:
    """A document of the message: its number, name, title, class, day and signature."""

    number: int
    name: str
    title: str
    kind: str = "008"
    day: str = "2026-03-02"
    signature: str = ""


SENT = (
    Sent(2, f"Gutachten_{BELL}.pdf", "Gutachten Dr. Bell", "013", "2026-02-20"),
    Sent(1, "Verfuegung_8d1c.pdf", "Richterliche Verfügung", signature="Verfuegung_8d1c.pdf.p7s"),
)


def message(
    version: str = "3.6.2",
    *,
    ours: str = "SBR 1/2026",
    theirs: str = "S 3 SB 12/26",
    court: str = "B6234",
    confirmation: bool = True,
    sent: Iterable[Sent] = SENT,
) -> bytes:
    """The message 0005005 in one of the versions, as its schema wants it."""
    new = version in NEW
    body = "".join(_document(one, new, wanted=confirmation) for one in sent)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<x:nachricht.gds.uebermittlungSchriftgutobjekte.0005005 xmlns:x="http://www.xjustiz.de">
{_head(version, ours, theirs, court) if new else _old_head(version, ours, theirs, court)}
<x:grunddaten><x:verfahrensdaten><x:instanzdaten>
<x:instanznummer>1</x:instanznummer>
<x:auswahl_instanzbehoerde><x:gericht listVersionID="3.7"><code>{court}</code></x:gericht>
</x:auswahl_instanzbehoerde>
<x:aktenzeichen><x:auswahl_aktenzeichen>
<x:aktenzeichen.freitext>{theirs}</x:aktenzeichen.freitext>
</x:auswahl_aktenzeichen></x:aktenzeichen>
<x:kurzrubrum>Muster ./. Landkreis</x:kurzrubrum>
</x:instanzdaten>
<x:beteiligung><x:rolle>
<x:rollenbezeichnung listVersionID="3.6"><code>101</code></x:rollenbezeichnung></x:rolle>
<x:beteiligter><x:auswahl_beteiligter><x:natuerlichePerson><x:vollerName>
<x:vorname>Änne</x:vorname><x:nachname>Muster</x:nachname></x:vollerName>
<x:geburt><x:geburtsdatum>1961-04-05</x:geburtsdatum></x:geburt>
</x:natuerlichePerson></x:auswahl_beteiligter></x:beteiligter></x:beteiligung>
</x:verfahrensdaten></x:grunddaten>
<x:schriftgutobjekte>{body}</x:schriftgutobjekte>
</x:nachricht.gds.uebermittlungSchriftgutobjekte.0005005>
""".encode()


PRODUCT = """<x:herstellerinformation><x:nameDesProdukts>Probe</x:nameDesProdukts>
<x:herstellerDesProdukts>Haus</x:herstellerDesProdukts><x:version>1</x:version>
</x:herstellerinformation>"""


def _old_head(version: str, ours: str, theirs: str, court: str) -> str:
    return f"""<x:nachrichtenkopf xjustizVersion="{version}">
<x:aktenzeichen.absender>{theirs}</x:aktenzeichen.absender>
<x:aktenzeichen.empfaenger>{ours}</x:aktenzeichen.empfaenger>
<x:erstellungszeitpunkt>2026-03-03T10:11:12+01:00</x:erstellungszeitpunkt>
<x:auswahl_absender><x:absender.gericht listVersionID="3.7"><code>{court}</code>
</x:absender.gericht></x:auswahl_absender>
<x:auswahl_empfaenger><x:empfaenger.sonstige>Landratsamt Musterkreis</x:empfaenger.sonstige>
</x:auswahl_empfaenger>
<x:eigeneNachrichtenID>{BELL}</x:eigeneNachrichtenID>
{PRODUCT}</x:nachrichtenkopf>"""


def _head(version: str, ours: str, theirs: str, court: str) -> str:
    return f"""<x:nachrichtenkopf xjustizVersion="{version}">
<x:erstellungszeitpunkt>2026-03-03T10:11:12+01:00</x:erstellungszeitpunkt>
<x:absender><x:informationen><x:auswahl_kommunikationspartner>
<x:gericht listVersionID="3.7"><code>{court}</code></x:gericht>
</x:auswahl_kommunikationspartner></x:informationen>
<x:aktenzeichen>{theirs}</x:aktenzeichen>
<x:eigeneNachrichtenID>{BELL}</x:eigeneNachrichtenID></x:absender>
<x:empfaenger><x:informationen><x:auswahl_kommunikationspartner>
<x:sonstige>Landratsamt Musterkreis</x:sonstige>
</x:auswahl_kommunikationspartner></x:informationen>
<x:auswahl_aktenzeichen><x:aktenzeichen.freitext>{ours}</x:aktenzeichen.freitext>
</x:auswahl_aktenzeichen></x:empfaenger>
{PRODUCT}</x:nachrichtenkopf>"""


def _document(one: Sent, new: bool, *, wanted: bool) -> str:
    edition = "2.5" if new else "2.4"
    parts = _part(one.name, "001", edition)
    if one.signature:
        parts += _part(one.signature, "003", edition, one.name)
    asked = "<x:ruecksendungEEB.erforderlich>true</x:ruecksendungEEB.erforderlich>"
    return f"""<x:dokument><x:identifikation>
<x:id>{one.number:08d}-6c0a-4d57-9d3f-0c1c2a7b9e01</x:id>
<x:nummerImUebergeordnetenContainer>{one.number}</x:nummerImUebergeordnetenContainer>
</x:identifikation>
<x:datumDesSchreibens>{one.day}</x:datumDesSchreibens>
<x:xjustiz.fachspezifischeDaten>
<x:dokumentklasse listVersionID="1.4"><code>{one.kind}</code></x:dokumentklasse>
<x:anzeigename>{one.title}</x:anzeigename>
{parts}{asked if wanted and one.number == 1 else ""}
</x:xjustiz.fachspezifischeDaten></x:dokument>"""


def _part(name: str, role: str, edition: str, belongs_to: str = "") -> str:
    of = f"<x:dateiname.bezugsdatei>{belongs_to}</x:dateiname.bezugsdatei>" if belongs_to else ""
    return f"""<x:datei><x:dateiname>{name}</x:dateiname>
<x:bestandteil listVersionID="{edition}"><code>{role}</code></x:bestandteil>{of}</x:datei>"""


def stored(letter: bytes, *, xml: bytes | None = None) -> dict[str, bytes]:
    """What lies in the folder of such a message, with a proof of where it is from beside it."""
    names = {one.name: letter + one.title.encode() for one in SENT}
    signatures = {one.signature: A_SIGNATURE for one in SENT if one.signature}
    return {
        "xjustiz_nachricht.xml": message() if xml is None else xml,
        **names,
        **signatures,
        "vhn.xml": b"<?xml version='1.0'?><vhn>SAFE-ID</vhn>",
    }


# SEQUENCE { OBJECT IDENTIFIER signedData … }: as much of CMS as tells what it is.
A_SIGNATURE = bytes.fromhex("308006092a864886f70d010702a0800201")


def zipped(contents: dict[str, bytes], *, within: str = "") -> bytes:
    """The contents as the programs of mailboxes pack them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in contents.items():
            container.writestr(f"{within}{name}", content)
    return stream.getvalue()


def laid_out(folder: Path, contents: dict[str, bytes]) -> Path:
    """The contents as a folder."""
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder
