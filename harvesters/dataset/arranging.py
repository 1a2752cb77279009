"""New datasets of one job that want the same name get the name, name1, name2 … in the order of their guids.

Which worker is first is chance. So whoever stores one under a number, or removes one that had the name, looks afterwards at
those that are there and puts them in order: the last one to do so leaves them right. What another job has stored keeps its
name, since people know its address (decision 0073). With hex digits (`give_first`) only the plain name has to find its place:
it goes to the first of them, and each other one has the digits of its own record (decision 0074).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from harvesters.dataset.numbers import HEX_ATTEMPTS, NUMBERS, RESERVED, with_hex, with_number
from harvesters.target import Owner

SHARED = 50  # names in order; from that many equal ones on, the later numbers go by chance
ROUNDS = 20  # of looking again when other workers rename the same datasets


@dataclass(frozen=True, slots=True)
class Holder:
    """A package that has a name; `object_id` is empty when it can't be one of the source's that wants the name."""

    package_id: str
    name: str
    object_id: str = ""


Look = Callable[[Sequence[str]], Mapping[str, Holder]]
"""Who has which of the names, in the order of the names. It may stop where some in a row are free."""
Rename = Callable[[Holder, str], bool]
"""Give a package that is still as it was seen another name; False: it isn't, or somebody has that name."""


def arrange(wanted: str, owner: Owner, look: Look, rename: Rename, stored_as: str = "") -> dict[str, str]:
    """Put the job's new packages that want a name in order; new names by package id.

    `stored_as`: the name of the package that was stored right now. A second call changes nothing. Raises what `look` and
    `rename` raise.
    """
    names = shared_names(wanted)
    if stored_as and stored_as not in names:
        if _comes_last(look([names[-1], stored_as]), owner):
            return {}
        names.append(stored_as)
    renamed: dict[str, str] = {}
    for attempt in range(ROUNDS):
        holders = look(names)
        places = in_order(holders, _guids(holders, owner), wanted)
        if all(holder.name == name for name, holder in places.items()):
            break
        for holder, name in moves(places, holders, spare_name(wanted, holders, attempt)):
            if not rename(holder, name):
                break
            renamed[holder.package_id] = name
    return renamed


def give_first(wanted: str, owner: Owner, look: Look, rename: Rename, stored_as: str) -> dict[str, str]:
    """Give the wanted name to the package just stored under hex digits, if it comes before the one that has it, which then gets
    its own digits; new names by package id. Both have to be new in the job. A second call changes nothing.
    """
    renamed: dict[str, str] = {}
    if wanted in RESERVED or stored_as == wanted:
        return renamed
    for attempt in range(ROUNDS):
        holders = look([wanted, stored_as])
        guids = _guids(holders, owner)
        mine, first = holders.get(stored_as), holders.get(wanted)
        if mine is None or mine.object_id not in guids:
            break
        if first is not None:
            guid = guids.get(first.object_id, "")
            if not guid or guid < guids[mine.object_id]:
                break
            digits = with_hex(wanted, owner.source_id, guid, attempt % HEX_ATTEMPTS)
            if not rename(first, digits):
                continue
            renamed[first.package_id] = digits
        if rename(mine, wanted):
            renamed[mine.package_id] = wanted
            break
    return renamed


def _comes_last(last_two: Mapping[str, Holder], owner: Owner) -> bool:
    """Whether the package just stored follows the last one of those in order."""
    guids = _guids(last_two, owner)
    order = [guids.get(holder.object_id, "") for holder in last_two.values()]
    return len(guids) == len(order) == 2 and order == sorted(order)


def _guids(holders: Mapping[str, Holder], owner: Owner) -> Mapping[str, str]:
    """The guids of those that are new in the owner's job, by object id."""
    return owner.new_records([holder.object_id for holder in holders.values() if holder.object_id])


def shared_names(wanted: str) -> list[str]:
    """The names that are given in order."""
    numbered_names = [with_number(wanted, number) for number in range(1, SHARED)]
    return numbered_names if wanted in RESERVED else [wanted, *numbered_names]


def spare_name(wanted: str, holders: Collection[str], attempt: int) -> str:
    """A name that is probably free; another one at each attempt."""
    free = [name for name in shared_names(wanted) if name not in holders]
    return free[attempt] if attempt < len(free) else with_number(wanted, NUMBERS[-1] - attempt)


def in_order(holders: Mapping[str, Holder], guids: Mapping[str, str], wanted: str) -> dict[str, Holder]:
    """Which package is to have which name; `guids` are those of the new packages, by object id."""
    new = [holder for holder in holders.values() if holder.object_id in guids]
    new.sort(key=lambda holder: (guids[holder.object_id], holder.package_id))
    others = {name for name, holder in holders.items() if holder not in new}
    names = [name for name in shared_names(wanted) if name not in others]
    names += [name for name in holders if name not in names and name not in others]
    return dict(zip(names, new, strict=False))


def moves(places: Mapping[str, Holder], holders: Collection[str], spare: str) -> list[tuple[Holder, str]]:
    """Renames that bring each package to its place, one after the other, each to a name that is free by then.

    A ring of packages that hold each other's names begins with one that goes to the spare name for a moment.
    """
    waiting = {name: holder for name, holder in places.items() if holder.name != name}
    taken = set(holders)
    steps: list[tuple[Holder, str]] = []
    while waiting:
        name = next((name for name in waiting if name not in taken), None)
        if name is None:
            name = next(iter(waiting))
            [(place, holder)] = [(place, holder) for place, holder in waiting.items() if holder.name == name]
            waiting[place] = Holder(holder.package_id, spare, holder.object_id)
            steps.append((holder, spare))
            taken.remove(name)
        holder = waiting.pop(name)
        steps.append((holder, name))
        taken = (taken - {holder.name}) | {name}
    return steps
