"""What is kept: one table family a module, with the rules it can check alone."""

from eakte.model import (
    audit_entry,
    audit_tree,
    case,
    catalogue,
    change,
    content,
    counter,
    delivery,
    department,
    document,
    dossier,
    file_plan,
    job,
    log_inspection,
    login,
    retention_rule,
    right,
    user,
)

# Whoever imports the package has every table in the metadata.
__all__ = [
    "audit_entry",
    "audit_tree",
    "case",
    "catalogue",
    "change",
    "content",
    "counter",
    "delivery",
    "department",
    "document",
    "dossier",
    "file_plan",
    "job",
    "log_inspection",
    "login",
    "retention_rule",
    "right",
    "user",
]
