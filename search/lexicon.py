"""Which parts are German compound words of the offices and of medicine made of?

NOUNS stand at any place of a compound, BEFORE only in front of another part. Parts of three
letters are few on purpose: short parts find themselves in words they have nothing to do with.
A compound stands here only where taking it apart would mislead (Anwalt, Auftrag, Gutachten).
"""

_OFFICE = """
abgabe abgang abhilfe abkommen ablage ablauf ablehnung abnahme abrechnung absatz abschlag
abschluss abschnitt abschrift absender abstand abstimmung abteilung abwägung abwesenheit achse
adresse akte aktion aktivität alarm allgemein alter amt anbieter anerkennung anfang anfechtung
anforderung anfrage angabe angebot angehörige angelegenheit angestellte anhang anhörung anlage
anlass anliegen anmeldung annahme anordnung anpassung anrechnung anrede anruf anschluss
anschreiben anschrift ansicht anspruch anstalt anteil antrag antragsteller antwort anwalt
anweisung anwendung anwesenheit anzahl anzeige anzug apotheke apparat arbeit arbeiter archiv
archivar art artikel assistenz aufbau aufbewahrung aufenthalt aufgabe aufhebung aufklärung auflage
auflösung aufnahme aufruf aufschub aufsicht aufstellung auftrag aufwand aufwendung aufzeichnung
aufzug ausbildung ausdruck ausfall ausfertigung ausgabe ausgang ausgleich aushang auskunft ausland
ausländer auslage ausnahme aussage ausschluss ausschuss ausschreibung aussonderung ausstattung
ausstellung austausch auswahl ausweis auswertung auszahlung auszug auto bahn band bank bau baum
beamte beanstandung bearbeiter bearbeitung beauftragte bedarf bedingung bedürfnis beeinträchtigung
befehl befragung befreiung befristung befugnis befund begehren beginn beglaubigung begleiter
begleitung begriff begründung begutachtung behandlung behinderung behinderte behörde beihilfe
beirat beitrag bekanntgabe bekanntmachung beklagte belastung beleg belehrung bemerkung bemessung
benachrichtigung benutzer benutzung berater beratung berechnung berechtigte berechtigung bereich
bereitschaft bericht berichtigung beruf berufung bescheid bescheinigung beschluss beschränkung
beschreibung beschwerde beschäftigte beschäftigung besitz besprechung bestand bestellung
bestimmung bestätigung besuch beteiligte beteiligung betrag betreff betreuer betreuung betrieb
beurteilung bevollmächtigte bewegung beweis bewerber bewerbung bewertung bewilligung bewohner
bezeichnung bezirk bezug bild bildung bildschirm bindung bitte blatt boden bogen bote brief buch
bund budget bürger büro bürgschaft computer dach datei daten datum dauer deckblatt deckung detail
dezernat dezernent dienst dokument dokumentation doppel dritte druck durchführung durchschrift
ebene ehe ehre eid eigentum eigentümer eignung einbruch eingabe eingang eingliederung einheit
einholung einigung einkommen einkunft einladung einlage einleitung einnahme einrichtung einsatz
einschränkung einsicht einspruch einstellung einstufung eintrag eintragung einwand einwendung
einwilligung einwohner einzahlung einzelheit einziehung einzug eltern empfang empfänger empfehlung
energie entgelt entlassung entlastung entnahme entschädigung entscheidung entwicklung entwurf
entzug erbe ereignis erfahrung erfassung erfolg erforderlichkeit ergänzung ergebnis erhebung
erhöhung erinnerung erkenntnis erklärung erlass erlaubnis erledigung erlöschen ermäßigung ermessen
ermittlung ernennung eröffnung ersatz erscheinen erstattung ersuchen ertrag erwerb erwerber
erwiderung erzieher erziehung existenz exemplar experte fach fahrer fahrt fahrzeug faktor fall
familie farbe fassung fehler feld ferien feststellung feuer film finanz firma flucht flug folge
förderung form format formular forschung forst frage frau freibetrag freiheit freistellung frist
führer führung fundstelle funktion fürsorge gang garten gast gebäude gebiet gebot gebrauch gebühr
geburt gefahr gefährdung gegenstand gehalt geheimnis gehör geld geltung gemeinde gemeinschaft
genehmigung gerät gericht geschäft geschäftsführer geschichte geschwister gesellschaft gesetz
gespräch gestaltung gesuch gewähr gewährung gewalt gewerbe gewicht gewinn glaube gläubiger grad
grenze größe grund grundlage gruppe gutachten gutachter guthaben haftung halter hand handel
handlung haus haushalt heft heim heizung herausgabe herr hilfe hilfsmittel hinweis hof höhe
inhaber inhalt information inkasso innung insolvenz institut instanz integration interesse
inventar jahr journal jubiläum jugend justiz kabel kammer kanzlei kapital karte kasse kasten
katalog kataster kauf kennung kennzeichen kenntnis kind kirche klage kläger klasse klausel klausur
kollege kommission kommune kommunikation konferenz konkurs kontakt konto kontrolle konzept kopie
körperschaft kosten kraft kredit kreis kriterium kultur kunde kündigung kunst kürzung kurs ladung
lage lager land last lauf leben leiche lehre lehrer leihe leistung leiter leitung lesung liste
lohn löschung lösung luft macht magazin mahnung mandant mandat mangel mappe markt maschine maß
maßnahme material mehrbedarf mehrheit meinung meister meldung mensch merkblatt merkmal merkzeichen
messung methode miete mieter minderung minister ministerium mitarbeiter mitglied mitteilung mittel
mitwirkung mobilität modell monat muster nachbar nachlass nachricht nachteil nachtrag nachweis
name natur niederschrift niederlassung norm notar note notiz nummer nutzer nutzung objekt obdach
öffnung operator ordner ordnung organ organisation ort pacht papier pappe parlament partei partner
partnerschaft pass patent pauschale person personal pfand pfändung pflicht pforte plan planung
platz polizei post postfach präsident praxis preis probe produkt programm projekt protokoll
prozess prüfer prüfung punkt quelle quittung quote rahmen rang rat rate raum rechner recht
rechnung rechtsanwalt rede redner referat referent reform regel regelung regierung region register
reise religion rente reserve revision richter richtlinie ring risiko rolle rückgabe rückmeldung
rücknahme rückstand ruf ruhe rundschreiben sache sachverhalt saldo sammlung satz satzung schaden
schädigung schalter scheidung schein schenkung schicht schiene schluss schlüssel schranke
schreiben schrift schritt schüler schuld schuldner schule schutz schwelle seite sekretariat senat
sendung serie sicherheit sicherung sicht siegel signatur sitz sitzung soldat sonntag sorge
sorgerecht sozialhilfe sozialgericht sparkasse speicher sperre sperrung sprache sprecher staat
stadt stand standard stapel statistik status stelle stellung stellungnahme stempel steuer stichtag
stiftung stimme straße strafe strecke streit strom struktur student studie studium stufe stunde
summe system tabelle tafel tag tagung tarif tätigkeit tatsache tausch technik teil teilhabe
teilnahme teilnehmer teilung telefon termin test text thema titel tod träger transport trennung
treuhand übergabe übergang überleitung übermittlung übernahme überprüfung überschrift übersicht
übersendung übertragung überwachung überweisung umfang umlage umsatz umschlag umschulung umstand
umwelt umzug unfall unterbringung unterhalt unterkunft unterlage unterricht unterschied
unterschrift unterstützung untersuchung untätigkeit urkunde urlaub urteil verband verbesserung
verbindung verbot verbrauch verbraucher verbrechen verdacht verdienst verein vereinbarung
verfahren verfassung verfolgung verfügung vergabe vergleich vergütung verhalten verhältnis
verhandlung verjährung verkauf verkehr verlag verlängerung verlauf verlegung verletzung verlust
vermerk vermieter vermietung vermittlung vermögen vernichtung verordnung verpflichtung versammlung
versand verschulden verschwiegenheit versicherte versicherung version versorgung versuch
verteidigung verteiler verteilung vertrag vertrauen vertreter vertretung verwalter verwaltung
verwandte verwendung verwertung verzeichnis verzicht verzug vollmacht vollstreckung vollzug
voraussetzung vorbehalt vorbereitung vordruck vorfall vorgang vorhaben vorlage vorname vormund
vormundschaft vorrang vorschlag vorschrift vorschuss vorsitz vorsitzende vorsorge vorstand vortrag
wache waffe wahl wahrnehmung waise währung ware wasser wechsel weg wegfall weisung weiterbildung
weiterleitung werbung werk werkstatt wert wesen wettbewerb widerruf widerspruch wiedergabe
wiedervorlage wille wirkung wirtschaft wissen wissenschaft witwe woche wohngeld wohnung wort zahl
zahlung zeichen zeile zeit zentrum zertifikat zeuge zeugnis zettel ziel ziffer zimmer zins
zivildienst zoll zone zugang zugriff zulage zulassung zusage zusatz zuschlag zuschuss
zuständigkeit zustand zustellung zustimmung zuwendung zuzahlung zwang zweck zweifel
"""

_MEDICINE = """
ader adipositas allergie amputation anamnese anfall angina angst antibiotikum apnoe arm arterie
arthritis arthrose arznei arzt asthma atem atmung atrophie attest auge bandscheibe bauch becken
bein beschwerden besserung bett bestrahlung biopsie blase blick blut blutdruck blutung borreliose
bronchie bronchitis bruch brust chirurg chirurgie chemotherapie chromosom darm defekt defizit
degeneration dekubitus demenz depression diabetes diagnose diagnostik dialyse diät dosis drüse
durchblutung durchfall dystrophie ekzem embolie endoskopie entwöhnung entzündung epilepsie
erkrankung ernährung erschöpfung ersthilfe facharzt fieber finger fistel fraktur fuß galle gang
gebiss gebrechen gedächtnis gefäß gehirn gehör gelenk geschwür geschwulst gesicht gesundheit
gewebe gicht gips glied gliedmaße haar hals hämatom handgelenk haut heilung heilmittel hemiparese
hepatitis hernie herz hilflosigkeit hirn hoden hormon hospiz hüfte husten hypertonie immunität
implantat impfung infarkt infekt infektion insuffizienz intelligenz ischämie katheter kiefer
klinik knie knochen knorpel koma komplikation kontraktur konsil kopf körper krampf krankheit
krankenhaus kranke krebs krise kur labor lähmung laser leber leiden leukämie linse lippe luftröhre
lunge lupus lymphe magen mangel mastdarm medikament medizin meniskus metastase migräne milz morbus
mund muskel narbe nase narkose nerv netzhaut neurologie neuropathie niere notfall ödem ohr
operation organ orthese orthopäde orthopädie osteoporose palliativ paralyse parese parkinson
patient pfleger pflege pflegegrad phase physiotherapie plastik pneumonie praktiker prognose
prophylaxe prostata prothese psyche psychiater psychiatrie psychologe psychose psychotherapie puls
rehabilitation reiz rezept rezidiv rheuma rippe rollator rollstuhl röntgen rücken rückenmark
sauerstoff säugling schädel schiene schilddrüse schlaf schlaganfall schmerz schock schulter
schwäche schwangerschaft schweiß schwerhörigkeit schwindel sehne sehkraft sehschärfe sepsis sinn
sklerose skoliose sonde speiseröhre spritze star station stauung stein stenose stimmung
stoffwechsel stoma störung stuhl sucht symptom syndrom taubheit therapeut therapie thrombose
tinnitus tod transplantation trauma tumor übung ulkus ultraschall vene verband vergiftung
verschleiß verschluss verstopfung versteifung virus visite wachstum wahn wirbel wirbelsäule wunde
zahn zelle zucker zyste blindheit gehbehinderung sehbehinderung gesichtsfeld gewohnheit
grundpflege
"""

NOUNS = frozenset((_OFFICE + _MEDICINE).split())

_BEFORE = """
allein alltags alt anti arbeits außen bar basis berufs betriebs binnen blind brutto bundes
dauer eigen einzel eil elektro erst erwerbs erstattungs fahr fern fest frei fremd früh
gehörlosen geh geistes gemein gesamt gleich grob groß grund gut haft halb hand haupt heil heiz
hilfs hoch höchst hör innen jahres kinder kern klein kranken kurz landes lang leicht
liefer live leih mehr melde miet mindest misch nah neben netto neu nominal normal not ober
online pflege privat prüf rechts reha roh rück sach sammel schlaf schon schnell schwer
schwerst seh selbst sitz solo sonder sozial sperr spitzen sprech staats stand sterbe stief
such tages teil tief tilgungs trag trink urlaubs ursprungs voll vorder wahl wander wasch
wehr wohn zahl zeit zentral zivil zusatz zwangs zweit ärzte versicherten
angestellten
"""

BEFORE = frozenset(_BEFORE.split())

# Beginnings that make a new word of the one behind them instead of a compound with it: where only
# the end of a word is known, these in front of it mean that the end is no part (Überweisung).
_PARTICLES = """
ab an auf aus be bei dar durch ein emp ent entgegen er fehl fort ge gegen her herab heran
heraus hin hinaus hinter hinzu miss mit nach nieder ob über um un unter ver vor voran
voraus vorbei weg weiter wider wieder zer zu zurück zusammen zwischen
"""

PARTICLES = frozenset(_PARTICLES.split())
