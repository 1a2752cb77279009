"""What all code of a process shares of Python's library and of others: functions that a plugin may have replaced, modules that
it may have thrown out, warnings that it may have made errors.

A library that answers requests from a cache, or with what a test wants, replaces methods of `requests` for everybody; a plugin
that wants dates in its JSON replaces `JSONEncoder.default`.
"""

import sys
import warnings
from collections.abc import Iterator, Mapping
from operator import is_
from types import ModuleType
from typing import Any

WATCHED = """
    asyncio builtins copy datetime decimal email.utils hashlib http.client io json json.decoder json.encoder logging os pathlib
    random re requests requests.adapters requests.api requests.models requests.sessions select selectors shutil socket ssl
    subprocess tempfile threading time urllib.parse urllib.request urllib3 urllib3.connection urllib3.connectionpool
    urllib3.response urllib3.util.connection uuid warnings
"""
"""Modules whose functions and classes are watched, with the methods of these classes."""
HOOKS = ("excepthook", "unraisablehook", "displayhook", "breakpointhook")  # of sys, whose other names change all the time
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE of CPython's object.h
SHOWN = 5  # names of modules in a line of the log
OWN_TO_LOGGING = frozenset({"_warnings_showwarning"})

Place = tuple[Any, str]
"""A module or class, and a name in it."""


class LibraryState:
    """Functions of libraries as they were before a plugin ran."""

    def __init__(self) -> None:
        modules = [module for name in WATCHED.split() if isinstance(module := sys.modules.get(name), ModuleType)]
        self._functions: dict[Place, Any] = {(sys, name): getattr(sys, name) for name in HOOKS}
        for module in modules:
            self._functions |= {(module, name): value for name, value in _functions(vars(module))}
            for owner in _classes_of(module):
                self._functions |= {(owner, name): value for name, value in _functions(vars(owner))}
        by_owner: dict[int, tuple[Any, dict[str, Any]]] = {}
        for (owner, name), value in self._functions.items():
            by_owner.setdefault(id(owner), (owner, {}))[1][name] = value
        self._by_owner = list(by_owner.values())
        self._modules = dict(sys.modules)
        self._finders = list(sys.meta_path)
        self._errors = _errors()

    def restore(self) -> list[str]:
        """Put right what was changed; what that was, in words."""
        replaced = [
            (owner, name)
            for owner, values in self._by_owner
            if not all(map(is_, map(vars(owner).get, values), values.values()))  # most are as they were, and that is quick
            for name, value in values.items()
            if vars(owner).get(name) is not value
        ]
        for owner, name in replaced:
            setattr(owner, name, self._functions[owner, name])
        return [*map(_name, replaced), *self._restore_modules(), *self._restore_warnings()]

    def _restore_modules(self) -> Iterator[str]:
        if not all(map(is_, map(sys.modules.get, self._modules), self._modules.values())):
            gone = {name: module for name, module in self._modules.items() if sys.modules.get(name) is not module}
            sys.modules.update(gone)
            yield f"sys.modules ({', '.join(sorted(gone)[:SHOWN])})"
        finders = [finder for finder in self._finders if finder not in sys.meta_path]
        if finders:
            sys.meta_path.extend(finders)
            yield "sys.meta_path"

    def _restore_warnings(self) -> Iterator[str]:
        """Filters that only hide or show warnings harm nobody, and libraries add them when they are imported."""
        if _errors() != self._errors:
            warnings.filters[:] = [entry for entry in warnings.filters if entry[0] != "error" or entry in self._errors]  # type: ignore[index]
            yield "which warnings are errors"


def _errors() -> list[Any]:
    return [entry for entry in warnings.filters if entry[0] == "error"]


def _functions(names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Functions, classes and properties by name; of a class's special methods those that make and call it."""
    for name, value in list(names.items()):
        if name in OWN_TO_LOGGING or (name.startswith("__") and name not in ("__init__", "__call__", "__new__")):
            continue
        if callable(value) or isinstance(value, property | classmethod | staticmethod):
            yield name, value


def _classes_of(module: ModuleType) -> Iterator[type]:
    """Classes that are written in Python, in this module: others can't be changed, or are another module's."""
    for value in list(vars(module).values()):
        if isinstance(value, type) and value.__module__ == module.__name__ and value.__flags__ & HEAP_TYPE:
            yield value


def _name(place: Place) -> str:
    owner, name = place
    module = "" if isinstance(owner, ModuleType) else f"{owner.__module__}."
    return f"{module}{owner.__name__}.{name}"
