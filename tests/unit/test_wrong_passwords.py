"""Whose wrong passwords are counted together."""

from typing import Any

import pytest

from adapters.access.browsers import Browsers
from domain.errors import NotAuthorized

HERE = "192.0.2.1"


class Nobody:
    """Sessions of persons of whom none has a password."""

    def password(self, name: str) -> None:
        """That of a name."""


class Tries:
    """Any number of tries."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    def take(self, what: str, a_minute: float) -> None:
        """A try."""
        self.taken[what] = a_minute


def tries(name: str) -> dict[str, float]:
    """What a wrong password for a name is counted for, with how many are allowed a minute; without its address."""
    nobody: Any = Nobody()
    wrong: Any = Tries()
    with pytest.raises(NotAuthorized):
        Browsers(nobody, nobody, wrong, None).begin_with_password(name, "wrong", "", HERE, 60)
    return {what: most for what, most in wrong.taken.items() if what != f"address {HERE}"}


@pytest.mark.parametrize("other", [f"editor from {HERE}", f"{HERE}: editor", f"at {HERE}: editor", f"editor at {HERE}"])
def test_no_name_is_counted_for_another_one(other: str) -> None:
    assert sorted(tries("editor").values()) == [10, 100]
    assert tries("editor").keys().isdisjoint(tries(other))
