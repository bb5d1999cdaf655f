"""What courts answer to a message, in the words of XJustiz 3.6.2 and 3.7.0."""

from __future__ import annotations

HEAD = """<x:nachrichtenkopf xjustizVersion="3.6.2">
<x:erstellungszeitpunkt>2026-11-23T08:00:00+01:00</x:erstellungszeitpunkt>
<x:absender><x:informationen><x:auswahl_kommunikationspartner><x:gericht listVersionID="3.7">
<code>D6260</code></x:gericht></x:auswahl_kommunikationspartner></x:informationen>
<x:aktenzeichen>S 12 SB 34/26</x:aktenzeichen>
<x:eigeneNachrichtenID>11111111-1111-4111-8111-111111111111</x:eigeneNachrichtenID></x:absender>
<x:empfaenger><x:informationen><x:auswahl_kommunikationspartner><x:sonstige>Amt</x:sonstige>
</x:auswahl_kommunikationspartner></x:informationen><x:auswahl_aktenzeichen>
<x:aktenzeichen.freitext>SBR 12/2026</x:aktenzeichen.freitext></x:auswahl_aktenzeichen>
<x:fremdeNachrichtenID>22222222-2222-4222-8222-222222222222</x:fremdeNachrichtenID></x:empfaenger>
<x:herstellerinformation><x:nameDesProdukts>G</x:nameDesProdukts>
<x:herstellerDesProdukts>J</x:herstellerDesProdukts><x:version>1</x:version>
</x:herstellerinformation></x:nachrichtenkopf>"""
CONFIRMED = (
    '<x:nachricht.gds.verarbeitungsbestaetigung.0005008 xmlns:x="http://www.xjustiz.de">'
    f"{HEAD}</x:nachricht.gds.verarbeitungsbestaetigung.0005008>"
)
FAULTY = f"""<x:nachricht.gds.fehler.0005007 xmlns:x="http://www.xjustiz.de">{HEAD}<x:fachdaten>
<x:fehler><x:auswahl_fehlercode><x:fehlercode listVersionID="1.0"><code>004</code></x:fehlercode>
</x:auswahl_fehlercode><x:zusatzinformation>Zeile 3</x:zusatzinformation>
<x:auswahl_statusWeiterverarbeitung><x:abhaengigVonFehlerbehebung>true
</x:abhaengigVonFehlerbehebung></x:auswahl_statusWeiterverarbeitung></x:fehler>
<x:fehler><x:auswahl_fehlercode><x:fehlercode listVersionID="1.0"><code>007</code></x:fehlercode>
</x:auswahl_fehlercode><x:auswahl_statusWeiterverarbeitung><x:erfolgt>true</x:erfolgt>
</x:auswahl_statusWeiterverarbeitung></x:fehler></x:fachdaten></x:nachricht.gds.fehler.0005007>"""
ACKNOWLEDGED = (
    f'<x:nachricht.eeb.zuruecklaufend.2200007 xmlns:x="http://www.xjustiz.de">{HEAD}<x:fachdaten>'
    "<x:empfangsbestaetigung>2026-11-23</x:empfangsbestaetigung></x:fachdaten>"
    "</x:nachricht.eeb.zuruecklaufend.2200007>"
)
NOT_ACKNOWLEDGED = (
    f'<x:nachricht.eeb.zuruecklaufend.2200007 xmlns:x="http://www.xjustiz.de">{HEAD}<x:fachdaten>'
    '<x:stoerungsmeldung><x:stoerungsID listVersionID="2.1"><code>1</code></x:stoerungsID>'
    "<x:stoerungsGrund>Anlage fehlt</x:stoerungsGrund></x:stoerungsmeldung></x:fachdaten>"
    "</x:nachricht.eeb.zuruecklaufend.2200007>"
)


def answered(
    answer: str,
    *,
    version: str = "3.6.2",
    to: object = "22222222-2222-4222-8222-222222222222",
    own: object = "11111111-1111-4111-8111-111111111111",
) -> str:
    """The answer to another message, with its own identity and version."""
    named = answer.replace("22222222-2222-4222-8222-222222222222", str(to))
    named = named.replace("11111111-1111-4111-8111-111111111111", str(own))
    return named.replace('xjustizVersion="3.6.2"', f'xjustizVersion="{version}"')
