"""How does each version of the standard name its messages, packages and contents?"""

from __future__ import annotations

import re
from uuid import UUID

from eakte.interchange.xdomea.records import MessageType

READ = ("2.4.0", "3.0.0", "3.1.0", "4.0.0")
WRITTEN = ("3.0.0", "3.1.0", "4.0.0")
NAMESPACE = "urn:xoev-de:xdomea:schema:"
GROUP = "Aussonderung"
# The deepest tree of records an archive takes (x-man); the schemas set no bound.
DEEPEST = 5

MESSAGES = {
    MessageType.OFFER: "Anbieteverzeichnis",
    MessageType.APPRAISAL: "Bewertungsverzeichnis",
    MessageType.TRANSFER: "Aussonderung",
    MessageType.OFFER_RECEIVED: "AnbietungEmpfangBestaetigen",
    MessageType.APPRAISAL_RECEIVED: "BewertungEmpfangBestaetigen",
    MessageType.TRANSFER_IMPORTED: "AussonderungImportBestaetigen",
    MessageType.TRANSFER_RECEIVED: "AussonderungEmpfangBestaetigen",
}
# The confirmation that a transfer has come exists only from 3.0 on.
FIRST_WITH = {MessageType.TRANSFER_RECEIVED: "3.0.0"}

HEX = "[0-9A-Fa-f]"
ID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"
# The schema also allows a bar among the digits, which is a slip of its authors.
CONTENT_NAME = re.compile(rf"(?P<id>{ID})(_[^/\\]*)?(\.[^/\\]*)?")
PACKAGE_NAME = re.compile(
    rf"(?P<process>{ID})_(?:{GROUP}\.(?P<name>\w+)\.)?(?P<type>\d{{4}})(?:_(?P<number>\d{{1,6}}))?"
    r"\.(?:zip|xdomea|xml)",
    re.IGNORECASE,
)


def namespace(version: str) -> str:
    """Return the XML namespace of a version."""
    return NAMESPACE + version


def element(kind: MessageType) -> str:
    """Return the name of a message's outermost element, the same in all versions."""
    return f"{GROUP}.{MESSAGES[kind]}.{kind}"


def is_fourth(version: str) -> bool:
    """Say whether a version has the head and the names of 4.0."""
    return version.startswith("4.")


def exists_in(kind: MessageType, version: str) -> bool:
    """Say whether a version has a message."""
    return version >= FIRST_WITH.get(kind, "")


def alike(one: str, other: str) -> bool:
    """Say whether two versions say the same about a disposal: 3.1 changed only message 0511."""
    return one == other or {one, other} == {"3.0.0", "3.1.0"}


def stem(version: str, process_id: UUID, kind: MessageType, number: int = 1) -> str:
    """Return the name of a message and its package without the ending.

    Up to 3.1 it is ``<process>_<element>``, from 4.0 ``<process>_<type>_<number>``.
    """
    if is_fourth(version):
        return f"{process_id}_{kind}_{number}"
    return f"{process_id}_{element(kind)}"
