"""Webhooks: an event about a job as CloudEvents JSON, signed as Standard Webhooks has it, posted once.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md (structured mode)
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from adapters.mail.texts import Site
from domain.notices import COUNTS, JobEnd, signing_key
from harvesters.http.session import PoliteSession

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class Webhooks:
    """Posts events, over a session that refuses the same addresses as for plugins."""

    def __init__(self, session: Callable[[], PoliteSession], secret: str, site: Site, site_id: str) -> None:
        self._new_session = session
        self._session: PoliteSession | None = None
        self._key = signing_key(secret)
        self._site = site
        self._site_id = site_id

    def post(self, url: str, event_id: UUID, kind: str, end: JobEnd, now: datetime) -> None:
        """Post the event about a job's end. Raises RemoteError unless the receiver answers with a status of 2xx."""
        body = orjson.dumps(self.event(event_id, kind, end))
        session = self._session = self._session or self._new_session()
        session.post(url, body, {"Content-Type": CONTENT_TYPE, **signed(self._key, str(event_id), now, body)})

    def event(self, event_id: UUID, kind: str, end: JobEnd) -> dict[str, Any]:
        """The event, whose id stays the same however often it is sent."""
        return {
            "specversion": "1.0",
            "id": str(event_id),
            "source": self._site.url or f"urn:harvestlog:{self._site_id}",
            "type": kind,
            "subject": end.source_name,
            "time": end.ended,
            "datacontenttype": "application/json",
            "data": _data(end, self._site),
        }


def _data(end: JobEnd, site: Site) -> Mapping[str, Any]:
    return {
        "job_id": end.job_id,
        "job_url": site.job_url(end) or None,
        "kind": end.kind,
        "outcome": end.outcome,
        "created": end.created,
        "finished": end.ended,
        "stats": {word: end.counts.get(word, 0) for word in COUNTS},
        "source": {
            "id": end.source_id,
            "name": end.source_name,
            "title": end.source_title,
            "owner_org": end.owner_org or None,
        },
    }


def signed(secret: bytes, event_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Headers that say who sent a body and when: an HMAC (SHA-256) over id, seconds since 1970 and body."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret, b".".join((event_id.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
