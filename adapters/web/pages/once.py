"""A form that is sent twice is carried out once: the second time shows what came of the first.

Without scripts nothing keeps a button from being pressed twice, a browser sends a form again when its answer is loaded
again, and a proxy may do so. What was refused left nothing behind, so it may be sent again as it is.
"""

import json
import time
from collections.abc import Callable, Mapping

from starlette.responses import Response

from adapters.web import cookies
from adapters.web.pages.page import HEADERS, Page
from domain.errors import Refused

ANSWERED_WITHIN = 10.0  # seconds that a form which is sent again waits for the answer of the first one
LOOK_EVERY = 0.1  # seconds
LONGEST_KEY = 50  # characters; ours have 12
Sent = tuple[str, str, Mapping[str, str]]
"""A form that was sent: the session's cookie, the form's key, and what it was filled in with."""


def once(page: Page, key: str, show: Callable[[Page], Response]) -> Response:
    """Carry a form out unless that was done. Raises Refused while what came of it isn't known, and what `show` raises."""
    forms = page.site.parts.browsers.forms
    form: Sent = (page.cookie, key[:LONGEST_KEY], {**page.form, "": page.local_path})
    if not forms.begin(*form) and (first := _first_answer(page, form)) is not None:
        return first
    try:
        response = show(page)
    except Exception:
        forms.drop(*form)
        raise
    if response.status_code == 303 or page.shown_once:
        forms.answered(*form, _kept(page, response))
    else:
        forms.drop(*form)
    return response


def _first_answer(page: Page, form: Sent) -> Response | None:
    """What the form led to that was sent first; None: nothing, so this one is carried out. Few wait at a time."""
    forms = page.site.parts.browsers.forms
    with page.site.waits_of_forms.place() as seconds:
        end = time.monotonic() + min(seconds, ANSWERED_WITHIN)
        while True:
            sent = forms.sent(*form)
            if sent and sent.answer is not None:
                return _again(page, sent.answer)
            if forms.begin(*form):
                return None
            if time.monotonic() > end:
                raise Refused(_unknown(page, sent.seconds if sent else 0.0))
            time.sleep(LOOK_EVERY)


def _unknown(page: Page, seconds: float) -> str:
    if seconds < 2 * ANSWERED_WITHIN:
        return page.text("This form was sent a moment ago and is still being carried out: look in a minute whether it is done")
    return page.text(
        "This form was sent before, and the server stopped before it could say what came of it: look whether it is done; "
        "if it isn't, load the page with the form again and send it from there"
    )


def _kept(page: Page, response: Response) -> str:
    location = response.headers.get("Location", "")
    return json.dumps([location, *page.said, "" if location else bytes(response.body).decode()])


def _again(page: Page, answer: str) -> Response:
    location, kind, said, body = json.loads(answer)
    if not location:
        return Response(body, headers=HEADERS, media_type="text/html; charset=utf-8")
    response = Response(status_code=303, headers={"Location": location, "Cache-Control": "no-store"})
    if said:
        cookies.set_notice(page.request, response, page.cookie, kind, said)
    return response
