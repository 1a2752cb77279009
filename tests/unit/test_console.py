"""What a document shows of a command's output is compared with what was printed."""

import pytest

from tests.support.console import Shown, commands, mismatch

DOCUMENT = """
Text.

```console
$ first --option
one
two
$ second
```

```python
$ not this
```

```console
$ third
...
end
```
"""


def test_the_commands_of_a_document_are_found_with_their_output() -> None:
    assert list(commands(DOCUMENT)) == [
        Shown("first --option", ("one", "two")),
        Shown("second", ()),
        Shown("third", ("...", "end")),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        (["a", "b"], "a\nb\n", ""),
        (["a", "c"], "a\nb\n", "c"),
        (["a"], "a\nb\n", "(no more lines, but 'b' was printed)"),
        (["a", "..."], "a\nb\n", ""),
        (["...", "b"], "a\nb\n", ""),
        (["b"], "a\nb\n", "b"),
        (["...", "b", "c"], "a\nb\nx\nc\n", "c"),
        (["b", "...", "a"], "a\nb\n", "b"),
        (["2026-11-24 19:03:11  in 1.1 s"], "2027-01-01 00:00:00  in 22.5 s\n", ""),
        (["Job 90ccf2e3-9d23-4857-a95e-c4b5dccf8f5a"], "Job 00000000-0000-0000-0000-000000000000", ""),
        (["5 datasets"], "6 datasets", "5 datasets"),
    ],
)
def test_lines_that_differ_are_named(shown: list[str], printed: str, missing: str) -> None:
    assert mismatch(shown, printed) == missing
