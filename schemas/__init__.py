"""Avro schemas of the messages on Kafka; every version is kept (RULE: add fields only with a default).

`<message>.avsc` is what is written today. When it changes, the former text stays as `<message>.<number>.avsc`, so that
messages written before can still be read.
"""

from importlib.resources import files

_SUFFIX = ".avsc"


def names() -> list[str]:
    """File names without suffix, sorted: `fetch_object`, `fetch_object.1`, ..."""
    entries = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in entries if name.endswith(_SUFFIX))


def read(name: str) -> str:
    """JSON text of one schema; FileNotFoundError when there is none of that name."""
    return files(__name__).joinpath(name + _SUFFIX).read_text(encoding="utf-8")
