"""The templates: everything is escaped, and a name that isn't there is an error."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.web.pages import charts, marks, paths, shown
from adapters.web.pages.language import language
from adapters.web.pages.table_roles import TableRoles
from adapters.web.pages.translated import Translated

FOLDER = Path(__file__).resolve().parent.parent / "templates"
FILTERS: dict[str, Callable[..., Any]] = {
    "browser": shown.browser,
    "capitalised": shown.capitalised,
    "clean": shown.clean,
    "cut": shown.cut,
    "code_parts": shown.code_parts,
    "plain": shown.plain,
    "machine_time": shown.machine_time,
    "utc_time": shown.utc_time,
    "web_address": shown.web_address,
}
BY_LANGUAGE: dict[str, Callable[..., Any]] = {"number": shown.number, "size": shown.size, "seconds": shown.seconds}


@cache
def environment(code: str) -> Environment:
    """The templates in one language."""
    chosen = language(code)
    templates = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", TableRoles, Translated],
    )
    templates.translation = chosen.gettext  # type: ignore[attr-defined]
    templates.install_gettext_callables(chosen.gettext, chosen.ngettext, newstyle=True)  # type: ignore[attr-defined]
    templates.filters.update(FILTERS)
    templates.filters.update({name: partial(show, chosen) for name, show in BY_LANGUAGE.items()})
    templates.filters["said"] = chosen.said
    templates.globals.update(charts=charts, marks=marks, paths=paths)
    templates.globals["between"] = shown.between
    return templates
