"""What mail says, as plain text and as HTML. Its data are those of ckanext-harvest's mail; secrets are hidden in all of it.

Whatever comes from a remote or a person may stand in it, so HTML is escaped in one place, and subjects are one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import quote
from uuid import UUID

from domain.notices import COUNTS, ERROR, JobEnd
from domain.secrets import mask_config, mask_text
from domain.text import counted

SHOWN_JOBS = 200  # of a digest
LONGEST = 500  # characters of one error
NOTHING = "Not specified"
FOOTER = (
    "You get this message because you look after this site, or a part of it, or because you asked for it. "
    "An administrator of the site can change that (harvester unsubscribe). Please do not reply."
)


@dataclass(frozen=True, slots=True)
class Site:
    """How the site presents itself. `url` may be empty: then nothing is linked."""

    title: str
    url: str = ""

    def job_url(self, end: JobEnd) -> str:
        """The page of a job; empty where there is none."""
        if not self.url:
            return ""
        return f"{self.url.rstrip('/')}/harvest/{quote(end.source_name)}/job/{end.job_id}"


@dataclass(frozen=True, slots=True)
class ObjectErrors:
    """The errors of one record."""

    guid: str
    messages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Details:
    """What mail about one job says in addition to its end."""

    config: str = ""
    job_errors: Sequence[str] = ()
    object_errors: Sequence[ObjectErrors] = ()
    complete: bool = True  # all errors are here
    read: bool = True  # False: they could not be read in time


CLEARED = (
    "Their texts are gone: the source's history was cleared, or retention removed the job's records, before this message was "
    "sent. The next run of the source says what is still wrong."
)


@dataclass
class _Part:
    """A heading with fields and a list."""

    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    items: Sequence[str] = ()
    note: str = ""


def job_mail(site: Site, end: JobEnd, kind: str, details: Details) -> EmailMessage:
    """The mail about one job, without sender and recipient."""
    word = "- Error Notification" if kind == ERROR else "Successful - Summary Notification"
    subject = f"{site.title} - Harvesting Job {word}: {end.source_title}"
    parts = [_Part("", _job_fields(site, end, details), note=_held(end)), _Part("Result", _counts(end))]
    if kind == ERROR:
        parts += _errors(end, details)
    return _message(site, subject, _opening(end), parts)


def digest_mail(site: Site, ends: Sequence[JobEnd]) -> EmailMessage:
    """The mail about the jobs of a day, without sender and recipient; jobs that a person should look at come first."""
    ends = sorted(ends, key=lambda end: (not end.needs_a_person, end.source_name, end.ended))
    wrong = [end for end in ends if end.needs_a_person]
    fine = ends[len(wrong) :]
    need = "needs" if len(wrong) == 1 else "need"
    subject = f"{site.title} - Harvesting Jobs - Daily Summary: {len(wrong)} of {len(ends)} {need} attention"
    shown = wrong[:SHOWN_JOBS], fine[: max(0, SHOWN_JOBS - len(wrong))]
    parts = [
        _Part(title, items=[_line(site, end) for end in lines], note=_left_out(len(jobs) - len(lines)))
        for title, jobs, lines in (("Need attention", wrong, shown[0]), ("Went well", fine, shown[1]))
        if jobs
    ]
    ended = counted(len(ends), "harvest job has", "harvest jobs have")
    total = {word: str(sum(end.counts.get(word, 0) for end in ends)) for word in COUNTS}
    return _message(site, subject, f"{ended} ended.", [_Part("In all", total), *parts])


def test_mail(site: Site) -> EmailMessage:
    """The mail that shows whether mail arrives."""
    text = "This message was sent by `harvester test-mail`. Mail about harvest jobs will arrive the same way."
    return _message(site, f"{site.title} - Test of harvestlog's mail", text, [])


def identified(message: EmailMessage, message_id: UUID, sent: datetime, site: Site) -> EmailMessage:
    """The message with a date, and an id by which a second copy of it is recognised."""
    host = site.url.partition("://")[2].partition("/")[0].partition(":")[0] or "harvestlog.invalid"
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = f"<{message_id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers of absent people
    return message


def _opening(end: JobEnd) -> str:
    name = f"The harvest job of {end.source_title} ({end.source_name})"
    if end.outcome == "failed":
        return f"{name} has failed: its records could not be gathered."
    if end.errors:
        return f"{name} has finished with {_number(end.errors, 'error')}."
    return f"{name} has finished."


def _held(end: JobEnd) -> str:
    if end.outcome != "held":
        return ""
    return (
        "It would have deleted so many datasets that a person has to decide: "
        f"`harvester approve {end.job_id}` deletes them, `harvester reject {end.job_id}` keeps them."
    )


def _job_fields(site: Site, end: JobEnd, details: Details) -> dict[str, str]:
    return {
        "Source": end.source_title,
        "Job report": site.job_url(end) or f"harvester job-report {end.job_id}",
        "Site": site.url or site.title,
        "Organization": end.owner_org or NOTHING,
        "Configuration": mask_config(details.config) or NOTHING,
        "Job": end.job_id,
        "Created": _time(end.created),
        "Finished": _time(end.ended),
    }


def _counts(end: JobEnd) -> dict[str, str]:
    return {word.capitalize(): str(end.counts.get(word, 0)) for word in COUNTS}


def _errors(end: JobEnd, details: Details) -> list[_Part]:
    parts = []
    if details.job_errors:
        parts.append(_Part("Errors of the job", items=[_masked(text) for text in details.job_errors]))
    if details.object_errors:
        items = [f"{record.guid}: {_masked(text)}" for record in details.object_errors for text in record.messages]
        parts.append(_Part("Errors of records", items=items))
    if not details.read:
        parts.append(_Part("Errors", note="They could not be read when this message was sent: the job report lists them."))
    elif not details.complete:
        parts.append(_Part("", note=f"{_number(end.errors, 'error')} in all: the job report lists them."))
    elif end.errors > len(details.job_errors) and not details.object_errors:
        parts.append(_Part("Errors of records" if parts else "Errors", note=CLEARED))
    return parts


def _line(site: Site, end: JobEnd) -> str:
    counts = ", ".join(f"{end.counts[word]} {word}" for word in COUNTS if end.counts.get(word)) or "nothing to do"
    outcome = "" if end.outcome == "finished" else f"{end.outcome}; "
    where = site.job_url(end) or end.job_id
    return f"{end.source_title} ({end.source_name}), {_time(end.ended)}: {outcome}{counts}. {where}"


def _left_out(number: int) -> str:
    return f"and {_number(number, 'more job')}" if number > 0 else ""


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _time(text: str) -> str:
    return f"{text[:10]} {text[11:19]} UTC" if text else "-"


def _masked(text: str) -> str:
    shown = mask_text(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} …"


def _message(site: Site, subject: str, opening: str, parts: Sequence[_Part]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())[:250]
    message.set_content("\n".join(_text(opening, parts)))
    message.add_alternative(_html(site, opening, parts), subtype="html")
    return message


def _text(opening: str, parts: Iterable[_Part]) -> Iterable[str]:
    yield opening
    for part in parts:
        yield ""
        if part.title:
            yield part.title
        width = max(map(len, part.fields), default=0) + 1
        yield from (f"  {name + ':':<{width}} {value}" for name, value in part.fields.items())
        yield from (f"  - {item}" for item in part.items)
        if part.note:
            yield part.note
    yield from ("", "-- ", FOOTER, "")


def _html(site: Site, opening: str, parts: Iterable[_Part]) -> str:
    body = [f"<p>{escape(opening)}</p>"]
    for part in parts:
        if part.title:
            body.append(f"<h3>{escape(part.title)}</h3>")
        if part.fields:
            rows = (f"<tr><th align='left'>{escape(k)}</th><td>{_linked(site, v)}</td></tr>" for k, v in part.fields.items())
            body.append(f"<table>{''.join(rows)}</table>")
        if part.items:
            body.append(f"<ul>{''.join(f'<li>{_linked(site, item)}</li>' for item in part.items)}</ul>")
        if part.note:
            body.append(f"<p>{escape(part.note)}</p>")
    body.append(f"<hr><p><small>{escape(FOOTER)}</small></p>")
    return f"<!DOCTYPE html><html><body>{''.join(body)}</body></html>\n"


def _linked(site: Site, text: str) -> str:
    """Escaped text, whose last word is a link where it is a page of the site: what others wrote never becomes one."""
    before, space, last = text.rpartition(" ")
    if site.url and last.startswith(f"{site.url.rstrip('/')}/harvest/"):
        return f'{escape(before + space)}<a href="{escape(last)}">{escape(last)}</a>'
    return escape(text)
