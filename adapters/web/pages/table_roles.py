"""Tables keep their meaning for screen readers when a narrow screen shows each row as a block.

`display: block` takes a table's meaning away in some browsers unless its parts have their roles written out (`style.css` below
40 rem). The roles are put in when a template is read, so that no template has to.
"""

import re

from jinja2.ext import Extension

ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
PARTS = re.compile(r"<(table|thead|tbody|tr|td|th)\b(?![^<>]*\srole=)(?=[\s>])")
ROW_HEADER = re.compile(r'<th\b[^<>]*\sscope="row"')


class TableRoles(Extension):
    """Writes the roles of tables' parts out."""

    def preprocess(self, source: str, _name: str | None, _filename: str | None = None) -> str:
        """The template with roles."""
        return PARTS.sub(_with_role, source)


def _with_role(match: re.Match[str]) -> str:
    role = ROLES.get(match[1]) or ("rowheader" if ROW_HEADER.match(match.string, match.start()) else "columnheader")
    return f'{match[0]} role="{role}"'
