"""How pages are made and sent: compressed where that gives nothing away, with small markup, translated once."""

import gzip
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.web import cookies
from adapters.web.pages import charts, marks
from adapters.web.pages.language import language
from adapters.web.pages.packing import accepts_gzip, pack
from adapters.web.pages.templates import environment

PAGE = "<p>a page</p>" * 200


def _request(**headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": named})


def _packed(known: bool = False, kind: str = "text/html; charset=utf-8", body: str = PAGE, **headers: str) -> Response:
    response = Response(body, headers={"Vary": "Cookie"}, media_type=kind)
    pack(_request(**headers), response, known=known)
    return response


def test_a_page_is_sent_compressed_to_who_can_unpack_it() -> None:
    response = _packed(accept_encoding="br, gzip;q=0.8")

    assert gzip.decompress(bytes(response.body)).decode() == PAGE
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Length"] == str(len(response.body))
    assert response.headers["Vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity"])
def test_a_page_is_sent_as_it_is_to_who_cannot_unpack_it(accepted: str) -> None:
    response = _packed(accept_encoding=accepted)

    assert response.body == PAGE.encode()
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Cookie, Accept-Encoding"
    assert not accepts_gzip({"accept-encoding": accepted})


@pytest.mark.parametrize(
    ("asked_from", "compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), ("", False)],
)
def test_for_a_person_who_is_known_no_other_site_gets_a_compressed_page_asked_for(asked_from: str, compressed: bool) -> None:
    response = _packed(True, accept_encoding="gzip", sec_fetch_site=asked_from)

    assert ("Content-Encoding" in response.headers) is compressed


@pytest.mark.parametrize(("kind", "body"), [("image/png", PAGE), ("text/html", "short"), ("text/html", "")])
def test_what_gets_no_smaller_is_sent_as_it_is(kind: str, body: str) -> None:
    assert "Content-Encoding" not in _packed(kind=kind, body=body, accept_encoding="gzip").headers


def test_a_forms_token_looks_different_each_time() -> None:
    tokens = {cookies.form_token("one") for _ in range(20)}

    assert len(tokens) == 20
    assert len({token[40:60] for token in tokens}) == 20
    assert all(cookies.is_form_token("one", token) for token in tokens)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-4], lambda t: t + "AAAA", lambda t: "B" * len(t), lambda _: "", lambda _: "a"]
)
def test_a_token_that_was_changed_is_refused(change: Any) -> None:
    assert not cookies.is_form_token("one", change(cookies.form_token("one")))


def test_a_small_picture_is_one_path_for_each_outcome() -> None:
    runs: list[dict[str, Any]] = [
        {"added": 2, "updated": 0, "deleted": 0, "errored": 2, "not_modified": None, "outcome": "failed"},
        {"added": 1, "updated": 0, "deleted": 0, "errored": 0, "not_modified": 0, "outcome": "ok"},
    ]

    assert charts.spark(runs) == {"added": "M0.5 10.0h3v10.0h-3zM4.5 15.0h3v5.0h-3z", "errored": "M0.5 0.0h3v10.0h-3z"}
    assert charts.failed(runs) == 1
    assert charts.spark([{**runs[0], "added": 0, "errored": 0}]) == charts.spark([]) == {}


def test_bars_of_a_kind_are_one_path() -> None:
    picture = charts.columns([{"added": 1}, {"added": 2}], ("added",), width=100, height=40, gap=0)

    assert picture.paths == {"added": "M0 20h50v20h-50zM50 0h50v40h-50z"}


def test_texts_of_remotes_are_escaped_cut_and_without_control_characters() -> None:
    assert marks.remote("<b>\x1b") == '<bdi class="remote">&lt;b&gt;\u241b</bdi>'
    assert marks.remote("abcdef", 4) == '<bdi class="remote">abc…</bdi>'
    assert marks.remote(None) == '<bdi class="remote"></bdi>'
    assert marks.state("good", "<i>") == '<span class="state good"><span aria-hidden="true">●</span> &lt;i&gt;</span>'


def test_a_time_stands_in_utc_and_what_is_none_is_a_dash() -> None:
    assert marks.time("2026-03-01 06:00:02") == '<time datetime="2026-03-01T06:00:02Z">2026-03-01 06:00 UTC</time>'
    assert marks.time("<script>") == '<time datetime="">–</time>'
    assert marks.time(None) == '<span class="none">–</span>'


def test_messages_are_in_the_language_of_the_template() -> None:
    source = "{{ _('Sources') }}|{% set x = _('Sources') %}{{ x }}|{{ _('at most %(number)s', number=3) }}"

    assert environment("en").from_string(source).render() == "Sources|Sources|at most 3"
    german = language("de")
    expected = f"{german.gettext('Sources')}|{german.gettext('Sources')}|{german.gettext('at most %(number)s') % {'number': 3}}"
    assert environment("de").from_string(source).render() == expected
    assert "Sources" not in expected
