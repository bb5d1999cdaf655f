"""When are two spellings the same word?"""

import re
import unicodedata
from functools import lru_cache

LONGEST = 64  # letters; what is longer is no word but a line of dots or an encoded attachment

# Letters that Unicode does not take apart into a base and an accent.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "ı": "i"})
# ae, oe, ue are umlauts, except behind a vowel or q, where the e begins something else
# (Steuer, Bauer, Quelle). Aktuell loses its e too: the same on both sides does no harm.
_SPELT_OUT = re.compile(r"(?<![aeiouyq])([aou])e")


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """The spelling under which a word is kept and sought; empty when no letter or digit is left.

    The folded beginning of a word is a beginning of the folded word, so prefixes fold alike.
    """
    if word.isascii() and word.isalnum():
        plain = word.lower()
    else:
        taken_apart = unicodedata.normalize("NFKD", word).casefold().translate(_PLAIN)
        plain = "".join(c for c in unicodedata.normalize("NFKD", taken_apart) if c.isalnum())
    if plain.isdigit():
        # Days and running numbers are written with and without the nought: 01.02. and 1.2.
        return (plain.lstrip("0") or "0") if len(plain) <= 2 else plain[:LONGEST]
    return _SPELT_OUT.sub(r"\1", plain)[:LONGEST]
