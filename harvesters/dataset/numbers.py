"""What is put behind the name of a package when another one has it: number-sequence or random-hex of ckanext-harvest.

Numbers: name1, name2 …. Hex digits: five of them, which follow from source, record and name; so whichever worker stores the
record, and however often, they are the same.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

LONGEST = 100  # characters
NUMBERS = range(1, 1000)
NUMBER_SEQUENCE, RANDOM_HEX = "number-sequence", "random-hex"
HEX_DIGITS = 5
HEX_ATTEMPTS = 20  # at a free name: two records of a source have the same digits by a chance of one in a million
RESERVED = frozenset(("new", "edit", "search"))  # pages of CKAN: it takes no dataset of such a name


def with_number(name: str, number: int) -> str:
    """The name with a number behind it, 100 characters at most."""
    return f"{name[: LONGEST - len(str(number))]}{number}"


def with_hex(name: str, source_id: str, guid: str, attempt: int = 0) -> str:
    """The name with a record's hex digits behind it, 100 characters at most; another attempt has others."""
    digits = sha256(f"{source_id}|{guid}|{name}|{attempt}".encode()).hexdigest()[:HEX_DIGITS]
    return name[: LONGEST - HEX_DIGITS] + digits


def with_hexes(name: str, source_id: str, guid: str) -> Iterator[str]:
    """The names with hex digits that a record may have, the one that it gets as a rule first."""
    return (with_hex(name, source_id, guid, attempt) for attempt in range(HEX_ATTEMPTS))


def stands_in(name: str, wanted: str) -> bool:
    """Whether a package has this name since the one that it wants was another's."""
    return name != wanted and (numbered(name, wanted) or has_hex(name, wanted))


def has_hex(name: str, wanted: str) -> bool:
    """Whether a name is the one wanted with hex digits behind it."""
    start, digits = name[:-HEX_DIGITS], name[-HEX_DIGITS:]
    return name != wanted and start == wanted[: LONGEST - HEX_DIGITS] and re.fullmatch("[0-9a-f]{5}", digits) is not None


def numbered(name: str, wanted: str) -> bool:
    """Whether a name is the one wanted with a number behind it."""
    if name == wanted:
        return False
    for length in (1, 2, 3):
        number = name[-length:]
        if number.isdecimal() and number[0] != "0" and name == with_number(wanted, int(number)):
            return True
    return False
