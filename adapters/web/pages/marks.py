"""Small pieces of markup that stand hundreds of times on a page: written here, since a macro takes ten times as long."""

from typing import Any

from markupsafe import Markup, escape

from adapters.web.pages.shown import LONGEST, clean, cut, machine_time, utc_time

SIGNS = {"good": "●", "bad": "▲", "busy": "◐", "idle": "○", "held": "■", "new": "◇"}
NONE = Markup('<span class="none">–</span>')


def remote(text: Any, longest: int = LONGEST) -> Markup:
    """A text that a remote sent: isolated, cut, without control characters."""
    return Markup(f'<bdi class="remote">{escape(cut(clean(text), longest))}</bdi>')


def time(value: Any) -> Markup:
    """A time in UTC, which a script shows in the zone of the viewer."""
    return Markup(f'<time datetime="{machine_time(value)}">{utc_time(value)}</time>') if value else NONE


def state(kind: str, text: str) -> Markup:
    """A state: a word, a sign and a colour."""
    return Markup(f'<span class="state {escape(kind)}"><span aria-hidden="true">{SIGNS[kind]}</span> {escape(text)}</span>')
