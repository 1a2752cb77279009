"""Parts of a search as pages get them from an address."""


def quoted(value: str) -> str:
    """A value of a filter, in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def whole_number(text: str | None) -> int:
    """A number of rows to leave out; what is none is 0."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else 0
