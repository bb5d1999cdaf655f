"""What an entry of the log tells, with the words that lie beside it."""

from __future__ import annotations

from typing import Any

from eakte.bootstrap import Office
from eakte.model.audit_entry import AuditEntry
from eakte.model.log_words import with_words


def told(office: Office, entry: AuditEntry) -> dict[str, Any]:
    """Return the details of an entry, those in words as they were written."""
    with office.database.transaction(writes=False) as session:
        return with_words(session, {entry.sequence: entry.details})[entry.sequence]
