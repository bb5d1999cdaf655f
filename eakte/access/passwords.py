"""Is a password among the first that anybody would try?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from argon2 import PasswordHasher

from eakte.db import folded
from eakte.errors import WeakPassword

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
# What has to be left of a password when everything is taken out that guessers try first.
LEAST_LEFT = 6
SHORTEST_RUN = 4

hasher = PasswordHasher()

# Words that stand in every list of German and English passwords, without regard to ending.
# Taken out as a whole, the longest first.
USUAL_WORDS = (
    *("passwort", "password", "passwd", "kennwort", "passphrase", "losung", "geheim", "secret"),
    *("willkommen", "welcome", "hallo", "hello", "letmein", "login", "anmelden", "zugang"),
    *("admin", "administrator", "root", "user", "benutzer", "gast", "guest", "test", "demo"),
    *("start", "default", "standard", "initial", "temporaer", "changeme", "aendern", "change"),
    *("sommer", "winter", "herbst", "fruehling", "summer", "autumn", "spring", "urlaub"),
    *("januar", "februar", "maerz", "april", "juni", "juli", "august", "september", "oktober"),
    *("november", "dezember", "january", "february", "march", "october", "december"),
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    *("monday", "friday", "sunday", "schatz", "liebe", "iloveyou", "ichliebedich", "love"),
    *("fussball", "football", "baseball", "bayern", "borussia", "schalke", "dortmund", "hsv"),
    *("dragon", "monkey", "sunshine", "princess", "master", "shadow", "superman", "batman"),
    *("computer", "internet", "michael", "thomas", "daniel", "andreas", "stefan", "jessica"),
    *("hund", "katze", "mausi", "baby", "engel", "sonne", "blume", "stern", "schnecke"),
    *("deutschland", "germany", "berlin", "hamburg", "muenchen", "koeln", "behoerde", "rathaus"),
    *("landratsamt", "landkreis", "kreis", "stadt", "gemeinde", "akte", "eakte", "verwaltung"),
)
LEET = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s"})
KEYBOARDS = (
    *("^1234567890ss", "qwertzuiopue+", "asdfghjkloeae#", "yxcvbnm,.-"),
    *("1234567890-=", "qwertyuiop", "asdfghjkl;'", "zxcvbnm,./"),
    *("1qay2wsx3edc4rfv5tgb6zhn7ujm8ik", "qayxswedcvfrtgbnhzujmkiolp"),
    *("abcdefghijklmnopqrstuvwxyz", "01234567890"),
)
YEAR = re.compile(r"(?:19|20)\d\d")
SAME_AGAIN = re.compile(r"(.+?)\1+")


def hashed(password: str, *, avoid: Iterable[str] = ()) -> str:
    """Return the hash under which a password is kept (argon2id).

    ``avoid``: what everybody knows of the person and the office, which nobody may build on. There
    are no rules about kinds of signs: they make people write predictable ones.

    Raises:
        WeakPassword: it is too short, too long, or little more than what is tried first.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(
            "Das Kennwort ist zu kurz: nötig sind mindestens %(length)s Zeichen.",
            length=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword(
            "Das Kennwort ist zu lang: höchstens %(length)s Zeichen.", length=LONGEST_PASSWORD
        )
    if is_guessable(password, avoid=avoid):
        raise WeakPassword(
            "Dieses Kennwort ist zu leicht zu erraten: Es besteht fast nur aus häufigen Wörtern, "
            "Namen, Jahreszahlen, Tastenfolgen oder Wiederholungen."
        )
    return hasher.hash(password)


def is_guessable(password: str, *, avoid: Iterable[str] = ()) -> bool:
    """Say whether hardly anything is left once words, names, runs and repeats are taken out."""
    known = {part for name in avoid for part in re.split(r"[\W_]+", folded(name)) if len(part) > 2}
    plain = folded(password)
    return any(
        len(_left(form, {*USUAL_WORDS, *known})) < LEAST_LEFT
        for form in (plain, plain.translate(LEET))
    )


def _left(plain: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        plain = plain.replace(word, " ")
    plain = YEAR.sub(" ", plain)
    plain = " ".join(_without_runs(part) for part in plain.split())
    plain = re.sub(r"[\s!-/:-@\[-`{-~]+", "", plain)
    return SAME_AGAIN.sub(r"\1", plain)


def _without_runs(text: str) -> str:
    """Leave of each run over the keyboard, the alphabet or the digits its first sign."""
    kept, run = "", text[:1]
    for before, sign in pairwise(text):
        if _are_neighbours(before, sign):
            run += sign
            continue
        kept += run if len(run) < SHORTEST_RUN else run[0]
        run = sign
    return kept + (run if len(run) < SHORTEST_RUN else run[0])


def _are_neighbours(one: str, other: str) -> bool:
    return any(one + other in row or other + one in row for row in KEYBOARDS)
