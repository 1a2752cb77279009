"""What people know a dataset by: the title that its stored document gives it."""

import json

MAX_TITLE = 200  # characters


def title_of(document: str) -> str | None:
    """The title that a document gives its dataset, where there is one."""
    try:
        values = json.loads(document)
    except (ValueError, RecursionError):
        return None
    title = values.get("title") or values.get("name") if isinstance(values, dict) else None
    if isinstance(title, dict):  # by language
        title = next((text for text in title.values() if text), None)
    return str(title)[:MAX_TITLE].encode(errors="replace").decode() if title else None  # JSON can name half a surrogate pair
