"""A harvested document as fields, whatever its form: JSON as it is, XML by its elements, everything else as one text."""

import json
import re
from typing import Any
from xml.parsers import expat

from domain.text import clean

TEXT = "text"  # the one field of a document that is neither JSON nor XML, and an element's own text
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
DEEPEST = 100  # elements or values inside one another


def fields_of(document: str) -> dict[str, Any]:
    """The fields of a document. What can't be read as JSON or XML is one text, under the name `text`."""
    beginning = document.lstrip("\ufeff \t\r\n")[:1]
    try:
        if beginning in ("{", "["):
            value = json.loads(document.lstrip("\ufeff"))
            if not _too_deep(value):
                value = _without_half_surrogates(value) if ESCAPED_SURROGATE.search(document) else value
                return value if isinstance(value, dict) else {"items": value}
        if beginning == "<":
            return _Elements().read(document)
    except (ValueError, RecursionError, expat.ExpatError):
        pass
    return {TEXT: document} if document else {}


def _too_deep(value: Any) -> bool:
    """Whether values lie so deep that comparing them, or writing them as text, might not come to its end."""
    level = [value]
    for _ in range(DEEPEST):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return False
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
    return True


def _without_half_surrogates(value: Any) -> Any:
    """JSON can name half a surrogate pair, which no answer can hold."""
    return json.loads(clean(json.dumps(value, ensure_ascii=False)))


class _Elements:
    """Elements by their names without prefixes; attributes have an @. Entities of a document's own are refused."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._root: dict[str, Any] = {}

    def read(self, document: str) -> dict[str, Any]:
        """Raises ExpatError, ValueError."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse
        parser.Parse(document.encode("utf-8", "replace"), True)
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise ValueError("too deep")
        self._open.append((_local(name), {f"@{_local(key)}": value for key, value in attributes.items()}, []))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, element, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Any = {**element, TEXT: text} if element and text else element or text
        parent = self._open[-1][1] if self._open else self._root
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_: Any) -> None:
    raise ValueError("a document with entities of its own")
