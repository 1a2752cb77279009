"""The base of the pages: languages, values as they are shown, and what no template may hold."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import Response

from adapters.duties.bulk import CHANGED
from adapters.web import cookies
from adapters.web.pages import charts, history, jobs, linked_data, paths, shown, static
from adapters.web.pages.language import LOCALE, NAMES, chosen, language, read_po
from adapters.web.pages.origin import check_origin
from adapters.web.pages.search_terms import start_of_page
from adapters.web.pages.sign_in import local
from adapters.web.pages.templates import FOLDER, environment
from domain.errors import NotAuthorized, NotFound
from harvesters.loading import installed
from tests.support.extract_messages import missing

TEMPLATES = sorted(path.name for path in FOLDER.glob("*.html"))
ENGLISH, GERMAN = language("en"), language("de")


@pytest.mark.parametrize("code", sorted(NAMES.keys() - {"en"}))
def test_a_language_has_every_message(code: str) -> None:
    assert missing(code) == {}, f"`python -m tests.support.extract_messages {code}` prints what locale/{code} lacks"


@pytest.mark.parametrize("path", sorted(LOCALE.glob("*/*.po")), ids=lambda path: path.name)
def test_a_translation_names_the_same_values_as_its_message(path: Any) -> None:
    for message, forms in read_po(path.read_text(encoding="utf-8")).items():
        names = set(re.findall(r"%\((\w+)\)s", message))
        assert all(set(re.findall(r"%\((\w+)\)s", form)) == names for form in forms), message


def test_a_po_file_is_read_with_plurals_and_continued_lines() -> None:
    text = '# note\nmsgid "one \\"a\\""\nmsgstr "eins"\n\nmsgid "%(n)s dog"\nmsgid_plural "%(n)s dogs"\n'
    text += 'msgstr[0] "%(n)s "\n"Hund"\nmsgstr[1] "%(n)s Hunde"\n\n#, fuzzy\nmsgid "x"\nmsgstr "y"\n'

    assert read_po(text) == {'one "a"': ("eins",), "%(n)s dog": ("%(n)s Hund", "%(n)s Hunde")}


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [
        ("de", "en", "de"),
        ("", "de-CH,de;q=0.9,en;q=0.8", "de"),
        ("", "fr,en;q=0.5,de;q=0.7", "de"),
        ("", "fr", "en"),
        ("xx", "", "en"),
        ("", "de;q=0, en;q=x", "en"),
        ("", "de;q=", "de"),
    ],
)
def test_the_language_is_the_chosen_one_or_what_the_browser_asks_for(wanted: str, accepted: str, code: str) -> None:
    assert chosen(wanted, accepted) == code


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_can_be_read_and_holds_nothing_that_the_policy_forbids(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    environment("de").get_template(name)
    assert not re.search(r"\|\s*safe|Markup|autoescape|<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("name", sorted(set(TEMPLATES) - {"sign_in.html"}))
def test_every_form_shows_that_it_is_of_this_session_and_which_form_it_is(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    included = (FOLDER / "source_fields.html").read_text(encoding="utf-8")

    for form in re.findall(r'<form method="post".*?</form>', text, re.DOTALL):
        assert "ui.token()" in form.replace('{% include "source_fields.html" %}', included), form[:200]


@pytest.mark.parametrize("name", ["error.html", "source_about.html"])
def test_a_text_that_opens_stands_in_no_paragraph(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert not re.search(r"<p\b(?:(?!</p>).)*ui\.long\(", text, re.DOTALL), "browsers end a paragraph before <details>"


@pytest.mark.parametrize(("code", "title"), [("en", "Retry"), ("de", "Neuer Versuch")])
def test_a_heading_begins_with_a_capital_and_keeps_those_that_follow(code: str, title: str) -> None:
    text = '{% import "job_rows.html" as job_rows with context %}{{ job_rows.kind(job)|capitalised }}'

    assert environment(code).from_string(text).render(job=SimpleNamespace(kind="retry")) == title
    assert "|capitalize" not in "".join((FOLDER / name).read_text(encoding="utf-8") for name in TEMPLATES)


@pytest.mark.parametrize(
    ("text", "count", "start"),
    [(None, 150, 0), ("100", 150, 100), ("200", 150, 100), ("200", 200, 100), ("9999999", 201, 200), ("100", 0, 0)],
)
def test_a_page_beyond_the_last_one_is_the_last_one(text: str | None, count: int, start: int) -> None:
    assert start_of_page(text, count, 100) == start


def test_whatever_a_remote_sends_is_escaped() -> None:
    template = environment("en").from_string("{{ text|clean|cut(60) }}")

    assert template.render(text="<b>\x00\"'") == "&lt;b&gt;␀&#34;&#39;"


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [(None, "–", "–"), (0, "0", "0"), (1234567, "1,234,567", "1.234.567"), (1234.56, "1,234.6", "1.234,6")],
)
def test_numbers_have_groups_and_what_is_not_known_is_a_dash(value: Any, english: str, german: str) -> None:
    assert (shown.number(ENGLISH, value), shown.number(GERMAN, value)) == (english, german)


def test_sizes_and_durations_have_units() -> None:
    sizes = [shown.size(ENGLISH, value) for value in (None, 0, 999, 1500, 2_500_000_000)]
    durations = [shown.seconds(GERMAN, value) for value in (None, 0.25, 42, 200, 7200, timedelta(days=3, hours=2))]

    assert sizes == ["–", "0 B", "999 B", "1.5 kB", "2.5 GB"]
    assert durations == ["–", "0,2 s", "42 s", "3 min 20 s", "2 h", "3 d 2 h"]


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 1, 6, 30, tzinfo=UTC).replace(tzinfo=None),
        datetime(2026, 3, 1, 6, 30, tzinfo=UTC),
        "2026-03-01 06:30:00.123",
        "2026-03-01T07:30:00+01:00",
    ],
)
def test_a_time_is_the_same_however_it_comes(value: Any) -> None:
    assert shown.machine_time(value) == "2026-03-01T06:30:00Z"
    assert shown.utc_time(value) == "2026-03-01 06:30 UTC"


@pytest.mark.parametrize("value", ["", None, "soon", "2026-02-30", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_time_is_a_dash(value: Any) -> None:
    assert shown.machine_time(value) == ""
    assert shown.utc_time(value) == "–"
    assert linked_data.day(value or "") == ""


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http:", "http://[", "", None, "ftp://h/x"]
)
def test_only_addresses_of_the_web_become_links(text: Any) -> None:
    assert shown.web_address(text) == ""
    assert shown.web_address(" https://example.org/ü ") == "https://example.org/ü"


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "", "/a\nb", "harvest", "/ü"])
def test_signing_in_leads_nowhere_else(then: str) -> None:
    assert local(then) == "/harvest"


def test_signing_in_leads_back_to_where_one_was() -> None:
    assert local("/harvest/one?start=50") == "/harvest/one?start=50"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://site.example:80"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://site.example:5005"}, True),
        ({"origin": "http://site.example:5006"}, False),
        ({"origin": "https://site.example:5005"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(headers: dict[str, str], taken: bool) -> None:
    url = SimpleNamespace(scheme="http", netloc="site.example:5005")
    request: Any = SimpleNamespace(headers=headers, url=url)

    if taken:
        check_origin(request)
    else:
        with pytest.raises(NotAuthorized):
            check_origin(request)


def test_a_forms_token_is_its_sessions() -> None:
    assert cookies.is_form_token("one", cookies.form_token("one"))
    assert not cookies.is_form_token("two", cookies.form_token("one"))
    assert not cookies.is_form_token("two", "ü")


@pytest.mark.parametrize(
    "other", ["", "name=M\u00fcller; ", "seen=two words; ", 'a={"b": 1}; ', "{x}=2; ", "x[y]=1; ", "blank; ", '"; ']
)
def test_the_session_is_read_whatever_other_servers_of_the_host_keep_in_cookies(other: str) -> None:
    assert cookies.cookie_of({"cookie": f"{other}harvestlog=abc"}) == "abc"
    assert cookies.cookie_of({"cookie": f"{other}harvestlog=abc; __Host-harvestlog=def"}) == "def"


@pytest.mark.parametrize("value", ["", ".", "a.b", "a.\u00fc", "\u00fc.a", "W10=.", "a" * 5000])
def test_a_notice_that_we_did_not_sign_is_not_said(value: str) -> None:
    assert cookies.notice_of({"cookie": f"harvestlog_notice={value}"}, "session") is None


def test_a_notice_is_said_to_its_session_only_and_fits_into_a_cookie() -> None:
    request: Any = SimpleNamespace(url=SimpleNamespace(scheme="http"))
    said, unsigned = Response(), Response()
    cookies.set_notice(request, said, "session", "done", "\u6f22" * 2000)
    cookies.set_notice(request, unsigned, "", "done", "said by a stranger")
    cookie, forged = (answer.headers["set-cookie"].partition(";")[0] for answer in (said, unsigned))

    assert len(cookie) < 4096
    assert cookies.notice_of({"cookie": cookie}, "session") == ("done", "\u6f22" * cookies.MOST_SAID)
    assert cookies.notice_of({"cookie": cookie}, "another") is None
    assert cookies.notice_of({"cookie": forged}, "") is None


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("one", "one-last-errors.csv"),
        ('one"; filename="two.html', "one___filename__two.html-last-errors.csv"),
        ("one\r\nSet-Cookie: a=b", "one__Set-Cookie__a_b-last-errors.csv"),
        ("ü/\\", "___-last-errors.csv"),
    ],
)
def test_the_name_of_a_table_is_no_more_than_a_name(source: str, name: str) -> None:
    assert jobs.file_name(source, "last") == name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_of_a_table_is_a_formula(text: str) -> None:
    line = jobs.csv_lines([{"kind": "record", "message": text, "guid": text}]).decode()

    assert next(csv.DictReader(io.StringIO(line, newline=""), jobs.COLUMNS)) == {
        **dict.fromkeys(jobs.COLUMNS, ""),
        "kind": "record",
        "message": f"'{text}",
        "guid": f"'{text}",
    }


def test_the_address_of_static_files_changes_with_them() -> None:
    assert {"style.css", "app.js", "icon.svg"} <= static.files().keys()
    assert static.path("app.js") == f"/harvest/-/static/{static.version()}/app.js"


def test_a_source_named_like_a_part_of_a_path_is_at_its_id() -> None:
    assert paths.source({"id": "u", "name": "new"}) == "/harvest/u"
    assert paths.source({"id": "u", "name": "one"}, "admin") == "/harvest/admin/one"
    assert paths.job({"id": "u", "name": "one"}, "j", "errors") == "/harvest/one/job/j/errors"


def test_no_run_takes_less_than_nothing_where_clocks_differ() -> None:
    run = {"gather_started": "2026-03-01 06:00:02", "finished": "2026-03-01 05:59:00"}

    assert shown.between(run["gather_started"], run["finished"]) == 0
    assert charts.columns(charts.durations([run]), ("updated",)).highest == 0


def test_columns_fill_the_picture_up_to_the_highest() -> None:
    rows = [{"added": 1, "errored": 3}, {"added": 0, "errored": None}]

    picture = charts.columns(rows, ("added", "errored"), width=100, height=40, gap=0)

    assert picture.highest == 4
    assert [(bar.x, bar.y, bar.width, bar.height, bar.kind) for bar in picture.bars] == [
        (0, 30, 50, 10, "added"),
        (0, 0, 50, 30, "errored"),
    ]
    took = charts.durations([{"gather_started": "2026-03-01 06:00:00", "finished": "2026-03-01 06:00:02.5"}])
    assert took == [{"updated": 2500}]
    assert charts.share(1, 4) == 25
    assert charts.share(1, 0) == 0


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("Missing value", "Fehlt"),
        ("Must start with http:// or https://: ftp://a", "Muss mit http:// oder https:// beginnen: ftp://a"),
        ("Must start with http:// or https://: a.b. Did you mean https://a.b?", "Meinten Sie https://a.b?"),
        ("Holds a blank: a b. Enter one address, a blank within it as %20", "ein Leerzeichen darin als %20"),
        ("Holds a blank: a b. Enter one address, a blank within it as %20. Did you mean http://b?", "Meinten Sie http://b?"),
        ("Names no host: https:///a. Did you mean https://a?", "Nennt keinen Host: https:///a. Meinten Sie https://a?"),
        ("Names a host that can't be: http://a!. Did you mean http://a?", "den es nicht geben kann: http://a!. Meinten Sie"),
        ("1 record failed for this cause, not 2: look at it again", "ist 1 Eintrag gescheitert, nicht 2"),
        ("By now 3 datasets would be undone, not 2: look at what would happen, and decide again", "würden 3 Datensätze"),
        ("'x' is no time zone: write for example Europe/Berlin", "'x' ist keine Zeitzone"),
        ("There is no person %(name)s: `harvester person list` lists them", "Es gibt keine Person %(name)s"),
        ("Nobody has translated this: 100 %", "Nobody has translated this: 100 %"),
    ],
)
def test_what_actions_say_is_shown_in_the_viewers_language_where_it_is_known(said: str, german: str) -> None:
    assert german in GERMAN.said(said)
    assert ENGLISH.said(said) == said


def test_every_option_of_our_harvesters_is_explained_in_german() -> None:
    meanings = {
        option.meaning for plugin in installed() if plugin.distribution.startswith("harvestlog ") for option in plugin.options
    }

    assert [meaning for meaning in sorted(meanings) if GERMAN.said(meaning) == meaning] == []


def test_the_meaning_of_an_option_is_shown_without_the_signs_of_markdown() -> None:
    assert shown.code_parts("set `a` or [b](b.md) ([c.md](c.md#d))") == [(False, "set "), (True, "a"), (False, " or b")]


@pytest.mark.parametrize(
    ("number", "asked"),
    [("2", {"number": 2}), ("9" * 5000, {"number": int("9" * 20)}), ("0", {"version": ""}), ("x", {"version": ""})],
)
def test_a_version_is_asked_for_by_its_number_however_long_the_address_is(number: str, asked: dict[str, Any]) -> None:
    called: list[dict[str, Any]] = []

    def call(_action: str, **values: Any) -> Any:
        called.append(values)
        raise NotFound("There is no such version")

    page: Any = SimpleNamespace(query={"number": number}, path=lambda _name: "id", call=call)

    with pytest.raises(NotFound):
        history.version(page)

    assert called == [{"id": "id", **asked}]


@pytest.mark.parametrize(
    ("said", "german"),
    [
        (CHANGED, "Sie wurde geändert, seit gezählt wurde"),
        ("2026-01-01T00:00:00 is over already", "2026-01-01T00:00:00 ist schon vorbei"),
        ("More than 5,000 sources were found: narrow the search down", "mehr als 5,000 Quellen"),
        ("The number of sources in this set is 2, not 3: check it again", "Die Zahl der Quellen ist 2, nicht 3"),
        ("Source one is inactive: no jobs can be made for it", "Die Quelle one ist inaktiv"),
        (
            "Source one already has job 7 that has not ended: wait for it, or stop it with `harvester job-abort`",
            "Die Quelle one hat schon den Lauf 7",
        ),
        ("making indexes", "Indizes werden angelegt"),
    ],
)
def test_why_something_was_left_undone_is_said_in_german(said: str, german: str) -> None:
    assert german in GERMAN.said(said)


@pytest.mark.parametrize(("template", "texts"), [("bulk.html", ["row.reason"]), ("projections.html", ["rebuild.step"])])
def test_what_the_domain_says_is_shown_in_the_language_of_the_page(template: str, texts: list[str]) -> None:
    source = (FOLDER / template).read_text(encoding="utf-8")

    assert all(f"{text}|said" in source for text in texts)
