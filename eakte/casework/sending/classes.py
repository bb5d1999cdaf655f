"""What is a document of ours to a court: in which of its classes does it fall?

Courts tell apart a dozen classes (GDS.Dokumentklasse), an office names its kinds of documents as it
likes: the word for the kind decides, the direction where it says nothing.
"""

from __future__ import annotations

from eakte.interchange.package import DocumentClass

# The first word that occurs in the name of the kind decides, so longer words stand first.
BY_WORD = (
    ("widerspruchsbescheid", DocumentClass.OBJECTION_DECISION),
    ("gerichtsbescheid", DocumentClass.COURT_NOTICE),
    ("widerspruch", DocumentClass.OBJECTION),
    ("klageerwiderung", DocumentClass.LETTER),
    ("klage", DocumentClass.CLAIM),
    ("urteil", DocumentClass.JUDGMENT),
    ("beschluss", DocumentClass.COURT_DECISION),
    ("gutachten", DocumentClass.EXPERT_OPINION),
    ("stellungnahme des versorgungsärztlichen", DocumentClass.EXPERT_OPINION),
    ("befundbericht", DocumentClass.EXPERT_OPINION),
    ("zustell", DocumentClass.SERVICE_PROOF),
    ("verfügung", DocumentClass.ORDER),
    ("vermerk", DocumentClass.NOTE),
    ("notiz", DocumentClass.NOTE),
    ("protokoll", DocumentClass.MINUTES),
    ("honorar", DocumentClass.COSTS),
    ("kosten", DocumentClass.COSTS),
    ("bescheid", DocumentClass.DECISION),
    ("antrag", DocumentClass.APPLICATION),
    *((word, DocumentClass.LETTER) for word in ("anhörung", "anforderung", "erinnerung")),
    *((word, DocumentClass.LETTER) for word in ("schrift", "bericht", "mitteilung", "schreiben")),
)


def class_of(document_type: str) -> DocumentClass:
    """Return the class for an office's word for a kind of document."""
    said = document_type.casefold()
    return next((kind for word, kind in BY_WORD if word in said), DocumentClass.OTHER)
