"""What can be wrong when bytes are kept or given back?

StorageError
├─ ObjectMissing      nothing is kept under this digest
├─ ObjectCorrupt      something is, but it is no longer what was put
├─ ObjectLocked       a retention period or a legal hold forbids deleting it
├─ StoreUnreachable   the store does not answer, or refuses us; later it may
│  ├─ StoreFull       it answers, but has no room left
│  └─ StoreRefuses    it answers, but denies us: wrong key, no such bucket
├─ TooLarge           more bytes than the caller allows
├─ DigestMismatch     the bytes are not those that were announced
└─ SizeMismatch       there are more or fewer bytes than were announced
"""


class StorageError(Exception):
    """Anything a store has to report; the message is one German sentence."""


class ObjectMissing(StorageError):
    """Nothing is kept under this digest."""

    def __init__(self, digest: object) -> None:
        super().__init__(f"Unter {digest} ist nichts gespeichert.")


class ObjectCorrupt(StorageError):
    """What is kept is no longer what was put: never hand it out as the record."""

    def __init__(self, digest: object) -> None:
        super().__init__(
            f"Der Inhalt {digest} ist beschädigt. Bitte aus der Sicherung wiederherstellen."
        )


class ObjectLocked(StorageError):
    """A retention period or a legal hold in the store forbids deleting."""

    def __init__(self, digest: object) -> None:
        super().__init__(
            f"Der Inhalt {digest} ist im Speicher gesperrt und kann noch nicht gelöscht werden."
        )


class StoreUnreachable(StorageError):
    """The store gives no answer or refuses us; nothing is known to have happened."""

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"Der Speicher ist nicht erreichbar. Bitte später erneut versuchen. ({cause})"
        )


class StoreFull(StoreUnreachable):
    """The store has no room; nothing of the broken attempt is left behind."""

    def __init__(self, cause: object) -> None:
        StorageError.__init__(
            self, f"Der Speicher ist voll. Bitte Platz schaffen und erneut versuchen. ({cause})"
        )


class StoreRefuses(StoreUnreachable):
    """The store answers but denies us; asking again is of no use before somebody has acted."""

    def __init__(self, cause: object) -> None:
        StorageError.__init__(
            self, f"Der Speicher verweigert den Zugriff. Bitte Einstellungen prüfen. ({cause})"
        )


class TooLarge(StorageError):
    """More bytes came than the caller allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Der Inhalt ist größer als die erlaubten {limit} Bytes.")
        self.limit = limit


class DigestMismatch(StorageError):
    """The bytes that came are not those that were announced."""

    def __init__(self, expected: object, actual: object) -> None:
        super().__init__(
            f"Angekündigt war der Inhalt {expected}, angekommen ist {actual}. Bitte erneut senden."
        )


class SizeMismatch(StorageError):
    """More or fewer bytes came than were announced."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            f"Angekündigt waren {expected} Bytes, angekommen sind {actual}. Bitte erneut senden."
        )
