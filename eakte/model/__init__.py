"""What is kept: one table family a module, with the rules it can check alone."""

from eakte.model import (
    audit_entry,
    case,
    catalogue,
    change,
    content,
    counter,
    delivery,
    department,
    document,
    dossier,
    factor,
    file_plan,
    job,
    login,
    retention_rule,
    right,
    user,
)

# Whoever imports the package has every table in the metadata.
__all__ = [
    "audit_entry",
    "case",
    "catalogue",
    "change",
    "content",
    "counter",
    "delivery",
    "department",
    "document",
    "dossier",
    "factor",
    "file_plan",
    "job",
    "login",
    "retention_rule",
    "right",
    "user",
]
