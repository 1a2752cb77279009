"""The form of a source, new or to be changed: made of the options that the chosen harvester declares.

Options are fields, or one text of JSON: whichever was changed since the form was opened counts, and both is refused. Who saves
after somebody else has changed the source sees what is saved now next to what they entered.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from adapters.web.pages import paths
from adapters.web.pages.merging import Merged, merged
from adapters.web.pages.organisations import every_organisation
from adapters.web.pages.page import Page
from adapters.web.pages.source import Row, found_to_edit, frame
from domain.errors import Outdated, Refused, ValidationError

FIELDS = ("url", "title", "name", "source_type", "notes", "frequency", "cron", "time_zone", "blackout", "owner_org")
FREQUENCIES = ("MANUAL", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY", "ALWAYS")
OPTION = "option."
LIST = "list of string"
NUMBERS = ("integer", "number")
OFTEN = 8  # options that are shown unfolded
PREVIEWED = 20  # records
HOST_ONLY = re.compile(r"(?!localhost)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(:\d+)?(/\S*)?")


def new(page: Page) -> Response:
    """An empty form, or one that was filled in and refused."""
    if not page.may_add_sources():
        page.require("harvest_source_create")
    if page.request.method == "POST":
        return _create(page)
    values = {"source_type": page.query.get("source_type", ""), "url": page.query.get("url", "")}
    return _form(page, None, values, _options_of({}), "")


def edit(page: Page) -> Response:
    """The source as it is, to be changed."""
    source = found_to_edit(page)
    if page.request.method == "POST":
        return _change(page, source)
    config = source["config"] or ""
    return _form(page, source, _values(source), _options_of(_read(config)), _indented(config))


def _values(source: Row) -> dict[str, str]:
    values = {name: str(source.get(name) or "") for name in FIELDS}
    return {**values, "source_type": source["type"], "private": "1" if source["private"] else ""}


def _form(
    page: Page,
    source: Row | None,
    values: Mapping[str, str],
    options: Mapping[str, str],
    config: str,
    errors: Mapping[str, str] | None = None,
    saved: Row | None = None,
    preview: Row | None = None,
    outcome: Merged | None = None,
) -> Response:
    """`saved`: what somebody else has saved meanwhile, when it isn't what the form began with; `outcome`: both together."""
    types = page.call("harvesters_info_show")
    chosen = next((kind for kind in types if kind["name"] == values.get("source_type")), types[0] if types else None)
    declared = chosen["options"] if chosen else []
    often = [option for place, option in enumerate(declared) if place < OFTEN or _is_set(option["name"], options, errors)]
    context: Row = {
        "often": often,
        "seldom": [option for option in declared if option not in often],
        "types": types,
        "chosen": chosen,
        "values": {**dict.fromkeys((*FIELDS, "private"), ""), **values},
        "options": options,
        "config": config,
        "config_before": page.form.get("config_before", config),
        "errors": errors or {},
        "frequencies": FREQUENCIES,
        "organisations": _organisations(page),
        "outcome": outcome,
        "preview": preview,
        "version": _begun_with(page, source, saved),
        "editing": source is not None,
    }
    framed = frame(page, source, "edit") if source else {}
    return page.render(
        "source_edit.html" if source else "source_new.html", 422 if errors or saved else 200, **framed, **context
    )


def _is_set(name: str, options: Mapping[str, str], errors: Mapping[str, str] | None) -> bool:
    return bool(options.get(name) or (errors or {}).get(OPTION + name))


def _organisations(page: Page) -> list[Row]:
    """Organisations that a source can be given to; where a CKAN has them, those in which the viewer has a role."""
    if page.site.settings.ckan_url:
        return [{"name": name, "title": ""} for name in sorted(page.caller.roles) if page.caller.has_role(name, "editor")]
    return [row for row in every_organisation(page) if page.caller.sysadmin or page.caller.has_role(row["name"], "editor")]


def _version(source: Row) -> str:
    """What a form began with, to be compared when it comes back."""
    return json.dumps({**_values(source), **_prefixed(_options_of(_read(source["config"] or "")))}, sort_keys=True)


def _prefixed(options: Mapping[str, str]) -> dict[str, str]:
    return {OPTION + name: text for name, text in options.items()}


def _begun(version: str) -> dict[str, str]:
    """The fields that a form began with. A version that nobody can read is taken for an empty form."""
    try:
        fields = json.loads(version)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in fields.items()} if isinstance(fields, dict) else {}


def _begun_with(page: Page, source: Row | None, saved: Row | None) -> str:
    """The version that a form goes on with: the one that it came with, until what is saved now has been shown next to it."""
    if source is None:
        return ""
    return _version(saved) if saved else page.form.get("version", _version(source))


def _create(page: Page) -> Response:
    values = _given(page)
    if page.form.get("then") == "preview":
        return _preview(page, None, values)
    values["name"] = values["name"] or name_of(values["title"] or urlsplit(values["url"]).netloc)
    config, errors = _config(page, {})
    if not errors:
        try:
            source = page.call("harvest_source_create", **_fields(values, config))
            return _saved(page, source, page.text("The source was added."))
        except (ValidationError, Refused) as refused:
            errors = _errors(refused)
    if "url" in errors and not page.form.get("name", "").strip():
        errors.pop("name", None)  # it is made from the address
    return _form(page, None, values, _entered(page), page.form.get("config", ""), errors)


def _preview(page: Page, source: Row | None, values: Mapping[str, str]) -> Response:
    """The form as it was filled in, and what would come of it."""
    config, errors = _config(page, _read(source["config"] or "") if source else {})
    preview: Row | None = None
    if not errors:
        asked = {"url": values["url"], "source_type": values["source_type"], "config": config, "owner_org": values["owner_org"]}
        try:
            preview = page.call("harvest_source_preview", id=source["id"] if source else None, limit=PREVIEWED, **asked)
        except (ValidationError, Refused) as refused:
            errors = _errors(refused)
    named = {**values, "title": values["title"] or (urlsplit(values["url"]).hostname or "" if preview else "")}
    named["name"] = values["name"] or (name_of(named["title"]) if preview else "")
    return _form(page, source, named, _entered(page), page.form.get("config", ""), errors, preview=preview)


def _change(page: Page, source: Row) -> Response:
    values = _given(page)
    if page.form.get("then") == "preview":
        return _preview(page, source, values)
    if page.form.get("version") != _version(source):
        return _merge(page, source, values)
    config, errors = _config(page, _read(source["config"] or ""))
    if not errors:
        try:
            version = source["fields_version"]
            changed = page.call("harvest_source_patch", id=source["id"], version=version, **_fields(values, config))
            return _saved(page, changed, page.text("The changes were saved."))
        except Outdated:  # what the form was compared with was behind the log
            return _merge(page, page.call("harvest_source_show", id=source["id"]), values)
        except (ValidationError, Refused) as refused:
            errors = _errors(refused)
    return _form(page, source, values, _entered(page), page.form.get("config", ""), errors)


def _merge(page: Page, source: Row, values: Mapping[str, str]) -> Response:
    """The form with what somebody else has saved meanwhile, to be looked at and saved again.

    Who has changed the text of JSON keeps it as it is.
    """
    config, began = page.form.get("config", "").strip(), page.form.get("config_before", "").strip()
    saved = _begun(_version(source))
    entered = saved if config != began else _prefixed(_entered(page))
    options = {name: text for name, text in entered.items() if name.startswith(OPTION)}
    outcome = merged(_begun(page.form.get("version", "")), saved, {**values, **options})
    if config == began:
        config = _indented(source["config"] or "")
    elif _read(config) != _read(source["config"] or ""):
        outcome.both["config"] = (_indented(source["config"] or ""), config)
    page.form = {**page.form, "config_before": _indented(source["config"] or "")}
    own = {name: text for name, text in outcome.values.items() if not name.startswith(OPTION)}
    shown = {name.removeprefix(OPTION): text for name, text in outcome.values.items() if name.startswith(OPTION)}
    return _form(page, source, own, shown, config, saved=source, outcome=outcome)


def _saved(page: Page, source: Row, said: str) -> Response:
    """To the source, or, with the other button, to its first run."""
    if page.form.get("then") != "harvest" or not page.may("harvest_job_create", source):
        return page.go(paths.source(source), said)
    try:
        job = page.call("harvest_job_create", source_id=source["id"])
    except Refused as refused:
        return page.go(paths.source(source), f"{said} {refused}", "failed")
    return page.go(paths.job(source, job["id"]), said)


def _errors(error: ValidationError | Refused) -> dict[str, str]:
    return dict(error.errors) if isinstance(error, ValidationError) else {"url": str(error)}


def _given(page: Page) -> dict[str, str]:
    values = {name: page.form.get(name, "").strip() for name in FIELDS}
    if HOST_ONLY.fullmatch(values["url"]):  # as people type an address, and as browsers show it
        values["url"] = f"https://{values['url']}"
    return {**values, "private": "1" if page.form.get("private") else ""}


def _fields(values: Mapping[str, str], config: str) -> Row:
    fields: Row = {name: values[name] for name in FIELDS}
    if values["cron"]:
        fields["frequency"] = ""
    return {**fields, "private": bool(values["private"]), "config": config}


def _entered(page: Page) -> dict[str, str]:
    return {name.removeprefix(OPTION): text for name, text in page.form.items() if name.startswith(OPTION)}


def _config(page: Page, before: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The configuration as JSON, of the fields or of the text, and what is wrong with either."""
    text, began = page.form.get("config", "").strip(), page.form.get("config_before", "").strip()
    declared = {option["name"]: option["type"] for option in _declared(page)}
    entered = _entered(page)
    began_with = _options_of(before)
    changed = {name: value for name, value in entered.items() if value.strip() != began_with.get(name, "").strip()}
    if text != began:
        if any(json_differs(text, name, value, declared.get(name, "")) for name, value in changed.items()):
            said = page.text("Options were changed both in the fields and in the JSON: change them in one of the two")
            return "", {"config": said}
        return text, {}
    options, errors = dict(before), {}
    for name, value in changed.items():
        try:
            parsed = parsed_option(declared.get(name, ""), value)
        except ValueError as wrong:
            errors[OPTION + name] = page.text(str(wrong))
            continue
        if parsed is None:
            options.pop(name, None)
        else:
            options[name] = parsed
    return (json.dumps(options, ensure_ascii=False) if options else ""), errors


def json_differs(text: str, name: str, value: str, kind: str) -> bool:
    """Whether a field says something else than the text of JSON; a script keeps them in step."""
    try:
        return bool(json.loads(text or "{}").get(name) != parsed_option(kind, value))
    except (ValueError, AttributeError, RecursionError):
        return True


def _declared(page: Page) -> list[Row]:
    wanted = page.form.get("source_type", "")
    return next((kind["options"] for kind in page.call("harvesters_info_show") if kind["name"] == wanted), [])


def parsed_option(kind: str, text: str) -> Any:
    """The value of a field; None: it was left empty. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    if kind == "string":
        return text
    if kind == LIST:
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("Must be a number" if kind in NUMBERS else "Must be JSON, as in the example") from error


def _options_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Options as their fields show them."""
    return {name: _field(value) for name, value in config.items()}


def _field(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)


def _read(config: str) -> dict[str, Any]:
    try:
        options = json.loads(config or "{}")
    except (ValueError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


def _indented(config: str) -> str:
    options = _read(config)
    return json.dumps(options, indent=2, ensure_ascii=False) if options else config


def name_of(title: str) -> str:
    """A name for a title: what CKAN would make of it."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100]
