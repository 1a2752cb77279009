"""Log lines: UTC, ids, no secrets, no repeats."""

import json
import logging
import threading
from collections.abc import Iterator

import pytest

from adapters.logs import NoRepeats, about, to_standard_error
from tests.support.logged import own_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    with own_logging():
        yield


def test_json_lines_carry_ids_of_the_block_they_are_in(capsys: pytest.CaptureFixture[str]) -> None:
    to_standard_error("INFO", "json")

    with about(job="j", source="s"):
        with about(object="o"):
            logging.getLogger("some.plugin").warning("odd %s", "title")
        logging.getLogger("other").info("next", extra={"job": "own"})
    logging.getLogger("other").info("outside")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [{name: line.get(name) for name in ("job", "source", "object")} for line in lines] == [
        {"job": "j", "source": "s", "object": "o"},
        {"job": "own", "source": "s", "object": None},
        {"job": None, "source": None, "object": None},
    ]
    assert (lines[0]["level"], lines[0]["logger"], lines[0]["message"]) == ("WARNING", "some.plugin", "odd title")
    assert lines[0]["time"].endswith("Z")


def test_ids_belong_to_one_thread(capsys: pytest.CaptureFixture[str]) -> None:
    to_standard_error("INFO", "json")

    with about(job="j"):
        thread = threading.Thread(target=logging.getLogger("x").info, args=("from another thread",))
        thread.start()
        thread.join()

    assert "job" not in json.loads(capsys.readouterr().err)


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_arent_logged_and_tracebacks_are_masked_too(capsys: pytest.CaptureFixture[str], form: str) -> None:
    to_standard_error("INFO", form)

    try:
        raise ValueError("asked https://me:geheim@host/?token=geheim")
    except ValueError:
        logging.getLogger("x").exception("with password=geheim")

    printed = capsys.readouterr().err
    assert "geheim" not in printed
    assert "ValueError: asked https://me:***@host/?token=***" in printed


def test_text_lines_are_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    to_standard_error("INFO")
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "said", "created": 0.0, "msecs": 0.0})

    logging.getLogger().handlers[0].handle(record)

    assert capsys.readouterr().err == "1970-01-01 00:00:00.000Z INFO x: said\n"


def test_a_line_is_repeated_only_with_news() -> None:
    now = [0.0]
    news = NoRepeats(quiet=600.0, clock=lambda: now[0])

    def said(message: str, name: str = "x") -> str | None:
        record = logging.makeLogRecord({"name": name, "msg": message})
        return record.getMessage() if news.filter(record) else None

    assert [said("away"), said("away"), said("away", "y"), said("back"), said("away"), said("away")] == [
        "away",
        None,
        "away",
        "back",
        "away",
        None,
    ]
    now[0] = 601.0
    assert said("away") == "away (said 1 more times in 601 s)"


class WithoutText:
    """Has no text."""

    def __str__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("words", "values", "said"),
    [("%d of %s", ("x",), "%d of %s"), ("%s", (WithoutText(),), "%s"), (WithoutText(), (), "a line")],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_of_a_plugin_that_cant_be_put_together_is_logged_all_the_same(
    capsys: pytest.CaptureFixture[str], words: object, values: tuple[object, ...], said: str, form: str
) -> None:
    to_standard_error("INFO", form)

    logging.getLogger("plugin").info(words, *values)

    assert said in capsys.readouterr().err
