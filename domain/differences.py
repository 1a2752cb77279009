"""What differs between two versions of a dataset, field by field: pure rules.

Entries of lists are matched by their id or name, not by their place, so that an entry in front of fifty others is one
difference. Plain values in lists (tags, groups) count as a set, and entries of key and value (CKAN's extras) as fields.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

KEYS = ("id", "identifier", "@id", "@about", "key", "name", "@resource", "url", "title")
"""Fields by which entries of a list are matched, the first that all of them have, each with another value."""
LABELS = ("name", "title", "key", "url")
"""Fields by which people know an entry."""
DEEPEST = 50  # values inside one another; what lies deeper is compared as a whole
PAIRS = 200_000  # pairs of equal words that are looked at in all, of one document; a text with more is shown as replaced
STEPS = 1_000_000  # of the search for what two texts share, of one document; what is left by then is shown as replaced
AROUND = 8  # words that are shown on each side of a change
WORD = re.compile(r"\s*\S+|\s+")  # with the space before it

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
Words = list[tuple[str, str]]
"""Parts of two texts in order, each as (same, removed or added; text)."""


class _Missing:
    """No value at all, which null isn't."""


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `path` leads to it, by the ids of entries; `label` is the same in words that people know.

    `before` or `after` is None where the field was not there: see `what`.
    """

    path: tuple[str, ...]
    label: tuple[str, ...]
    what: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Fields that differ, in the order of the newer version, then those that are gone."""
    yield from _differ((), (), before, after)


def _differ(path: tuple[str, ...], label: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before is MISSING or after is MISSING:
        what = ADDED if before is MISSING else REMOVED
        values = (None if before is MISSING else before, None if after is MISSING else after)
        yield Difference(path, label, what, *values)
    elif len(path) < DEEPEST and isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*after, *before]):
            yield from _differ((*path, str(key)), (*label, str(key)), before.get(key, MISSING), after.get(key, MISSING))
    elif len(path) < DEEPEST and isinstance(before, list) and isinstance(after, list):
        yield from _differ_in_lists(path, label, before, after)
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Difference(path, label, CHANGED, before, after)


def _differ_in_lists(
    path: tuple[str, ...], label: tuple[str, ...], before: list[Any], after: list[Any]
) -> Iterator[Difference]:
    if _are_the_same(before, after):
        return
    if not any(isinstance(item, Mapping | list) for item in (*before, *after)):
        yield from _differ_in_sets(path, label, before, after)
        return
    key = _key_of(before, after)
    if not key:
        yield from _differ_in_order(path, label, before, after)
        return
    old, new = ({str(item[key]): item for item in items} for items in (before, after))
    for name in dict.fromkeys([*new, *old]):
        if name in old and name in new and _are_the_same(old[name], new[name]):
            continue
        entry = new.get(name, old.get(name, {}))
        shown = next((entry[field] for field in LABELS if isinstance(entry.get(field), str) and entry[field].strip()), name)
        old_value, new_value = (_value_of(items.get(name, MISSING)) for items in (old, new))
        yield from _differ((*path, name), (*label, str(shown)), old_value, new_value)


def _are_the_same(one: Any, other: Any) -> bool:
    """Whether two values are equal all through, where true isn't 1. Those with another order of fields aren't noticed.

    Of thousands of entries most are equal: this is far faster than to take them apart.
    """
    return repr(one) == repr(other)


def _value_of(entry: Any) -> Any:
    """The value of an entry that is nothing but a key and a value."""
    return entry["value"] if isinstance(entry, Mapping) and entry.keys() == {"key", "value"} else entry


def _differ_in_sets(path: tuple[str, ...], label: tuple[str, ...], before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = (Counter(as_text(item) for item in items) for items in (before, after))
    for text in (new - old).elements():
        yield Difference((*path, text), (*label, text), ADDED, None, text)
    for text in (old - new).elements():
        yield Difference((*path, text), (*label, text), REMOVED, text, None)


def _differ_in_order(
    path: tuple[str, ...], label: tuple[str, ...], before: list[Any], after: list[Any]
) -> Iterator[Difference]:
    """Entries that nothing tells apart: equal ones are left out, the others are compared one after another."""
    common = Counter(map(as_text, before)) & Counter(map(as_text, after))
    old, new = _without(before, common), _without(after, common)
    for place in range(max(len(old), len(new))):
        old_item, new_item = (items[place] if place < len(items) else MISSING for items in (old, new))
        yield from _differ((*path, str(place + 1)), (*label, str(place + 1)), old_item, new_item)


def _without(items: list[Any], common: Counter[str]) -> list[Any]:
    left, others = Counter(common), []
    for item in items:
        if left[as_text(item)]:
            left[as_text(item)] -= 1
        else:
            others.append(item)
    return others


def _key_of(before: Sequence[Any], after: Sequence[Any]) -> str:
    """The field that tells the entries of both lists apart; empty: none does."""
    if not all(isinstance(item, Mapping) for item in (*before, *after)):
        return ""
    return next((key for key in KEYS if _tells_apart(key, before) and _tells_apart(key, after)), "")


def _tells_apart(key: str, items: Sequence[Mapping[str, Any]]) -> bool:
    values = [item.get(key) for item in items]
    return all(isinstance(value, str | int) and value != "" for value in values) and len(set(map(str, values))) == len(values)


def as_text(value: Any) -> str:
    """A value as text: texts as they are, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


class WordChanges:
    """Compares texts word by word, of one document: what is left of PAIRS and STEPS lasts for all its fields."""

    def __init__(self, pairs: int = PAIRS, steps: int = STEPS) -> None:
        self._left = pairs
        self._steps = steps

    def between(self, before: str, after: str) -> Words:
        """The parts of both texts in order; of what they share only the words around a change are shown."""
        old, new = WORD.findall(before), WORD.findall(after)
        first = _shared(old, new)
        last = _shared(old[first:][::-1], new[first:][::-1])
        middle = self._middle(old[first : len(old) - last], new[first : len(new) - last])
        parts = [("same", "".join(old[:first])), *middle, ("same", "".join(old[len(old) - last :]))]
        shown = [(what, text) for what, text in parts if text]
        return [
            (what, _shortened(text, place, len(shown)) if what == "same" else text) for place, (what, text) in enumerate(shown)
        ]

    def _middle(self, old: list[str], new: list[str]) -> Words:
        counts = Counter(new)
        pairs = sum(counts[word] for word in old) + len(old) + len(new)
        if pairs > self._left:
            return [(REMOVED, "".join(old)), (ADDED, "".join(new))]
        self._left -= pairs
        parts: Words = []
        a = c = 0
        for same_a, same_c, size in self._blocks(old, new, counts):
            parts += [(REMOVED, "".join(old[a:same_a])), (ADDED, "".join(new[c:same_c]))]
            a, c = same_a + size, same_c + size
            parts.append(("same", "".join(old[same_a:a])))
        return parts

    def _blocks(self, old: Sequence[str], new: Sequence[str], counts: Mapping[str, int]) -> list[tuple[int, int, int]]:
        """What both share, as (place in old, place in new, number of words) in order; the last one is of no words.

        As difflib does it, which looks through all words once more for each block that it finds: here until STEPS are used up.
        """
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        steps = list(accumulate((1 + counts[word] for word in old), initial=0))  # up to each word
        parts, blocks = [(0, len(old), 0, len(new))], []
        while parts:
            a, b, c, d = parts.pop()
            if a == b or c == d or steps[b] - steps[a] > self._steps:
                continue
            self._steps -= steps[b] - steps[a]
            block = matcher.find_longest_match(a, b, c, d)
            if block.size:
                blocks.append(block)
                parts += [(a, block.a, c, block.b), (block.a + block.size, b, block.b + block.size, d)]
        joined: list[tuple[int, int, int]] = []
        for place, other, size in sorted(blocks):
            before = joined[-1] if joined else (0, 0, 0)
            if joined and (before[0] + before[2], before[1] + before[2]) == (place, other):
                joined[-1] = (*before[:2], before[2] + size)
            else:
                joined.append((place, other, size))
        return [*joined, (len(old), len(new), 0)]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    most = min(len(old), len(new))
    return next((place for place in range(most) if old[place] != new[place]), most)


def _shortened(text: str, place: int, of: int) -> str:
    """A text that both share, without its words that lie far from a change."""
    words = WORD.findall(text)
    first, last = 0 if place == 0 else AROUND, 0 if place == of - 1 else AROUND
    if len(words) <= first + last + 1:
        return text
    return "".join(words[:first]) + " …" + ("".join(words[-last:]) if last else "")
