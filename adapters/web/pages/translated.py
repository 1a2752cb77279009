"""Messages without values are translated when a template is read: on a long page they would be looked up a thousand times."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

CALL = ("name", "lparen", "string", "rparen")


class Translated(Extension):
    """Replaces `_("…")` by its text in the template's language; the environment has it as `translation`."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The template's tokens."""
        return _translated(list(stream), self.environment.translation)  # type: ignore[attr-defined]


def _translated(tokens: list[Token], translation: Callable[[str], str]) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        call = tokens[at : at + len(CALL)]
        if tuple(token.type for token in call) == CALL and call[0].value == "_":
            text: Any = translation(call[2].value) % {}  # percent signs of messages are doubled
            line = call[0].lineno
            kinds = (("lparen", "("), ("string", text), ("pipe", "|"), ("name", "safe"), ("rparen", ")"))
            yield from (Token(line, kind, value) for kind, value in kinds)
            at += len(CALL)
        else:
            yield tokens[at]
            at += 1
