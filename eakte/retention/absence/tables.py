"""What becomes of each table when a dossier is destroyed? One sentence for every one there is.

A test of the house fails when a table is not named here: whoever adds one has to say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Rows about the dossier, its cases and its documents go, with the bytes that they alone name.
GOES: Mapping[str, str] = MappingProxyType(
    {
        "dossier_case": "the cases of the dossier",
        "document": "its documents of any state, and what was cancelled when their pages were made",
        "document_version": "every version of these",
        "rendition": "reading copies, texts, previews, transfer notes, signature reports",
        "version_page": "where the pages of these versions came from",
        "arrangement": "orders of pages that were asked for one of these documents",
        "withdrawal_sheet": "sheets in these cases",
        "redaction_mark": "areas that were marked in these documents",
        "redaction": "redacted copies of these documents",
        "message": "the heads of messages among these documents",
        "enclosed": "what came in these messages, and in which message these documents came",
        "court_message": "what courts said of themselves in these documents",
        "court_reply": "acknowledgements that were written for them",
        "recognised": "what was read in these documents",
        "clarification": "questions about these documents",
        "hand_over": "how these documents went from unit to unit",
        "delivery": "the keys under which these documents were delivered",
        "upload": "uploads that became these documents, with their parts in the upload folder",
        "objection_note": "what was written down about objections in these cases and documents",
        "deadline": "the deadlines of these cases",
        "cover_sheet": "the printed sheets of these cases",
        "participation": "who took part in these cases",
        "dossier_grant": "who was given the dossier",
        "lift_request": "requests to lift its lock",
        "notice": "what people had to be told of any of this",
        "representative": "who acts for the person",
        "dossier_alias": "its numbers in other programs",
        "dossier_link": "its links with other dossiers",
        "sending": "what was put together of it for others",
        "sent_document": "the places of these packages",
        "sent_file": "the files of these packages, with what of them lies in the court's outbox",
        "held_dossier": "ended holds on it",
        "change": "the old and new values of its fields and of those of its cases and documents",
        "log_words": "what people wrote in words into the log about it; the log keeps a digest",
        "prepared_list": "every list that names it, with its bytes",
        "job": "work that was promised about it",
    }
)

# Rows that speak of it among others stay, without what they said of it.
LOSES: Mapping[str, str] = MappingProxyType(
    {
        "dossier": "the stub stays: reference, plan entry, unit, days, edition and end of period",
        "batch": "number and digest stay; bytes and name go with the first of its dossiers",
        "batch_page": "a page that lay in it is said to be destroyed, without what was seen on it",
        "scan_check": "the signed notes go with the last document of the stack",
        "page_check": "the pictures go with the bytes of the stack, reasons with their page",
        "scan_request": "the reason goes with the last document of the stack",
        "retention_hold": "one that has ended and stood on nothing else goes",
        "offer": "titles in what is remembered of the offer go",
        "offer_message": "number and digest stay; packages go with the first of their dossiers",
        "log_inspection": "by which name it was asked for goes",
        "content": "what nobody names any more goes; a digest that a proof tells stays",
    }
)

# Says nothing of the content of a dossier, or is what proves the end of it.
STAYS: Mapping[str, str] = MappingProxyType(
    {
        "erasure": "the proof: who proposed and approved",
        "erased_dossier": "the proof: what, by which rule, with which log entry",
        "erased_document": "the proof: numbers and digests",
        "erased_content": "the outbox of what has to leave the store",
        "offered_dossier": "the proof: what the archive said",
        "audit_entry": "the log, which is chained; it names ids and digests",
        "audit_node": "sums over the log",
        "audit_head": "signed heads of the log",
        "paper": "where the paper of a stack lies or lay",
        "destruction": "by which two persons paper was destroyed",
        "destroyed_paper": "which stacks that were",
        "access_token": "keys of accounts",
        "archive": "which archives there are",
        "code_generator": "second factors",
        "counter": "the last numbers given",
        "deadline_rule": "words of the unit",
        "department": "units",
        "deputy": "who stands in for whom",
        "document_type": "words of the unit",
        "duty": "shares of work",
        "login_attempt": "failed sign-ins",
        "login_session": "who is signed in",
        "login_step": "half-done sign-ins",
        "mailbox": "how far a mailbox was read",
        "membership": "who belongs to which unit",
        "pace": "how long work takes",
        "passkey": "second factors",
        "plan_entry": "the plan",
        "procedure": "words of the unit",
        "recognition_rules": "rules of the unit",
        "recovery_code": "second factors",
        "retention_edition": "what rules say",
        "retention_rule": "rules",
        "scan_rules": "rules of the unit",
        "station": "scanning stations",
        "user_account": "accounts",
    }
)
