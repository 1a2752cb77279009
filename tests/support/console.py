"""Commands and their output as documents show them: ```console blocks, `$ ` before a command, `...` for lines left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<id>",
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?": "<time>",
    r"\b\d\d:\d\d:\d\dZ": "<time>",
    r"\bin \d+\.\d s\b": "in <n> s",
}
"""What differs between two runs, and what stands for it."""


@dataclass(frozen=True)
class Shown:
    """A command, and the lines that are shown under it."""

    command: str
    lines: tuple[str, ...]


def commands(document: str) -> Iterator[Shown]:
    """All commands of a document, in its order."""
    for block in BLOCK.findall(document):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield Shown(command, tuple(lines))


def mismatch(shown: Sequence[str], printed: str) -> str:
    """The first line that is shown and was not printed in its place, empty when all were."""
    lines = [_settled(line) for line in printed.rstrip("\n").split("\n")]
    place, anywhere = 0, False
    for line in shown:
        if line == "...":
            anywhere = True
            continue
        wanted = _settled(line)
        found = lines.index(wanted, place) if wanted in lines[place:] else -1
        if found < 0 or (found > place and not anywhere):
            return line
        place, anywhere = found + 1, False
    return "" if anywhere or place == len(lines) else f"(no more lines, but {lines[place]!r} was printed)"


def _settled(line: str) -> str:
    for pattern, word in VARYING.items():
        line = re.sub(pattern, word, line)
    return line.rstrip()
