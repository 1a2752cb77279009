"""Names what a person probably meant."""

from collections.abc import Iterable


def did_you_mean(word: str, choices: Iterable[str], near_enough: float = 0.6) -> str:
    """` (did you mean X?)`, or nothing when no choice is near: 1 is equal but for upper and lower case."""
    from difflib import get_close_matches  # half of the time of a command that doesn't need it

    by_lower = {choice.lower(): choice for choice in choices}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=near_enough)
    return f" (did you mean {by_lower[near[0]]}?)" if near else ""


def unknown(kind: str, word: str, choices: Iterable[str]) -> str:
    """`Unknown <kind> X (did you mean Y?); use one of …`."""
    choices = list(choices)
    return f"Unknown {kind} {word!r}{did_you_mean(word, choices)}: use one of {', '.join(choices)}"
