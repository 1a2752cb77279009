"""Names with a number behind them, for packages whose name is taken: name1, name2 … (number-sequence of ckanext-harvest)."""

LONGEST = 100  # characters
NUMBERS = range(1, 1000)
RESERVED = frozenset(("new", "edit", "search"))  # pages of CKAN: it takes no dataset of such a name


def with_number(name: str, number: int) -> str:
    """The name with a number behind it, 100 characters at most."""
    return f"{name[: LONGEST - len(str(number))]}{number}"


def numbered(name: str, wanted: str) -> bool:
    """Whether a name is the one wanted with a number behind it."""
    for length in (1, 2, 3):
        number = name[-length:]
        if number.isdecimal() and number[0] != "0" and name == with_number(wanted, int(number)):
            return name != wanted
    return False
