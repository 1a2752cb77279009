"""The system: which roles are alive and how busy, how far projections are, what is in trouble or paused, mail, and versions."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from adapters.web.pages.source import Row
from domain.errors import NotFound, Refused, ServiceUnavailable, ValidationError

HERE, PROJECTIONS = "/harvest/-/system", "/harvest/-/system/projections"
NOTICES, DEAD_LETTERS = 5, 20  # shown
KEPT = ("HARVEST_RETENTION_DAYS", "HARVEST_RETENTION_JOBS", "HARVEST_LOG_TIMEFRAME")
MODES = ("verify", "rebuild", "switch")


def show(page: Page) -> Response:
    """All parts, and what is wrong with them."""
    return _page(page, {})


def _page(page: Page, errors: Mapping[str, str]) -> Response:
    status = page.call("harvest_status_show")
    settings = {row["setting"]: row["value"] for row in page.call("harvest_config_show")["settings"]}
    return page.render(
        "system.html",
        422 if errors else 200,
        status=status,
        projections=page.call("harvest_projection_list"),
        queues=page.call("harvest_queues_show")["jobs"] if page.may("harvest_queues_show") else [],
        notices=page.call("harvest_notice_list", limit=NOTICES)["notices"],
        unsent=page.call("harvest_notice_list", limit=NOTICES, unsent=True)["notices"],
        letters=page.call("harvest_dead_letter_list", limit=DEAD_LETTERS)["dead_letters"] if status.get("dead_letters") else [],
        kept={name: settings.get(name) for name in KEPT},
        errors=errors,
        address=page.form.get("address", ""),
    )


def act(page: Page) -> Response:
    """What a button of the page says."""
    todo = ACTS.get(page.form.get("do", ""), _pause)
    try:
        return page.go(HERE, todo(page))
    except ValidationError as wrong:
        return _page(page, wrong.errors)
    except (Refused, NotFound, ServiceUnavailable) as error:
        return page.go(HERE, str(error), "failed")


def _pause(page: Page) -> str:
    values = {name: page.form.get(name, "") for name in ("scope", "name", "until")}
    page.call("harvest_site_pause", **values)
    if values["scope"] == "all":
        return page.text("It is paused. No scheduled job starts until it is resumed.")
    return page.text("It is paused. Nothing is sent there until it is resumed.")


def _resume(page: Page) -> str:
    page.call("harvest_site_resume", scope=page.form.get("scope", ""), name=page.form.get("name", ""))
    return page.text("It goes on. One job per source catches up on the times that were missed.")


def _reset(page: Page) -> str:
    page.call("harvest_breaker_reset", what=page.form.get("scope", ""), name=page.form.get("name", ""))
    return page.text("It gets requests again. If it still fails, it is left alone again.")


def _test_mail(page: Page) -> str:
    sent = page.call("harvest_mail_test", address=page.form.get("address", "").strip())
    return page.text("A test mail was sent to %(address)s by %(server)s.", address=sent["sent_to"], server=sent["server"])


def _try_again(page: Page) -> str:
    number = page.call("harvest_notice_retry")["retried"]
    said = page.language.ngettext("%(number)s notice is tried again.", "%(number)s notices are tried again.", number)
    return said % {"number": number}


def _drop(page: Page) -> str:
    number = page.call("harvest_notice_drop")["dropped"]
    said = page.language.ngettext("%(number)s notice was dropped.", "%(number)s notices were dropped.", number)
    return said % {"number": number}


ACTS: Mapping[str, Callable[[Page], str]] = {
    "pause": _pause,
    "resume": _resume,
    "reset": _reset,
    "test-mail": _test_mail,
    "retry-notices": _try_again,
    "drop-notices": _drop,
}


def projections(page: Page) -> Response:
    """What can be done with projections, how long that takes, and what came of it."""
    answer = page.call("harvest_projection_list")
    page.require("harvest_projection_request")
    waiting = next((row for row in answer["requests"] if not row["ended"]), None)
    return page.render(
        "projections.html",
        projections=answer["projections"],
        rebuild=answer["rebuild"],
        requests=answer["requests"],
        waiting=waiting,
        lasts=_lasts(answer),
    )


def _lasts(answer: Row) -> float | None:
    """How many seconds the next one will take, by the last one; None: there was none."""
    done: list[dict[str, Any]] = [
        row["report"] for row in answer["requests"] if row["report"] and row["projection"] == "read_model"
    ]
    if not done or not done[0]["events"]:
        return None
    return float(done[0]["seconds"] * answer["projections"][0]["log"] / done[0]["events"])


def ask(page: Page) -> Response:
    """Have something done with a projection."""
    try:
        page.call("harvest_projection_request", name=page.form.get("name", ""), mode=page.form.get("mode", ""))
    except (Refused, ValidationError) as error:
        return page.go(PROJECTIONS, str(error), "failed")
    return page.go(PROJECTIONS, page.text("The coordinator begins within seconds. This page shows how far it is."))
