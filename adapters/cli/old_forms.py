"""Command lines as ckanext-harvest's older versions had them, turned into today's.

They come from cron tables, supervisor files and scripts: `paster --plugin=ckanext-harvest harvester … --config=…`, with options
before the command, underscores, and names that have changed since.
"""

from collections.abc import Sequence

NAMES = {
    "rmsource": ("source", "remove"),
    "clearsource": ("source", "clear"),
    "clearsource-history": ("source", "clear-history"),
}
"""Older names of commands, and what they are called today."""
BEFORE_IMPORT = {"-o", "-p", "-g", "-s", "--harvest-object-id", "--package-id", "--guid", "--source", "--segments"}
"""Options of `import` with a value, which could stand before it."""
FLAGS_BEFORE_IMPORT = {"-j", "--no-join-datasets"}


def todays(arguments: Sequence[str]) -> list[str]:
    """The same command line in today's form; one that is in that form already stays as it is."""
    ini, rest = _ini(list(arguments))
    rest = _without_plugin(rest)
    if rest[:1] == ["harvester"]:
        del rest[0]
    rest = _import_first(rest)
    if not rest:
        return ini
    command, *values = rest
    name = command.replace("_", "-")
    if name == "run-test":
        values = [value.removeprefix("force-import=") for value in values]
    return [*ini, *NAMES.get(name, (command,)), *values]


def _ini(arguments: list[str]) -> tuple[list[str], list[str]]:
    """`--config=FILE` and `-c FILE`, wherever they stand, and the rest."""
    ini: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return ini, [*rest, word, *words]
        if word in ("-c", "--config"):
            ini = ["--config", *(value for value in [next(words, None)] if value is not None)]
        elif word.startswith("--config="):
            ini = [word]
        else:
            rest.append(word)
    return ini, rest


def _without_plugin(arguments: list[str]) -> list[str]:
    """Without the option that told paster which package's command it is."""
    if arguments[:1] == ["--plugin"]:
        return arguments[2:]
    return [word for word in arguments if not word.startswith("--plugin=")]


def _import_first(arguments: list[str]) -> list[str]:
    """`import` before its options."""
    position = 0
    while position < len(arguments) and (width := _width(arguments[position])):
        position += width
    if position and arguments[position : position + 1] == ["import"]:
        return ["import", *arguments[:position], *arguments[position + 1 :]]
    return arguments


def _width(word: str) -> int:
    """How many words an option of `import` takes; 0 when this is none."""
    name, equals, _ = word.partition("=")
    if word in FLAGS_BEFORE_IMPORT or (equals and name in BEFORE_IMPORT):
        return 1
    if word in BEFORE_IMPORT:
        return 2
    return int(word[:2] in BEFORE_IMPORT and not word.startswith("--"))  # -oID
