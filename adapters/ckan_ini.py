"""A CKAN's ini file as a source of settings: which of its options harvestlog reads, and under which name.

Read as CKAN reads it: the section [app:main] over [DEFAULT], after the files that `use = config:…` names; `%(name)s` stands for
another option or a CKAN_* variable, `%%` for a per cent sign. What CKAN takes from its environment in place of the file
(CKAN_SITE_URL, and CKAN__SMTP__SERVER where ckanext-envvars is in use) goes before the file here too.
"""

import re
from collections.abc import Callable, Mapping
from configparser import Error, RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from domain.errors import SettingError
from domain.nearest import did_you_mean

SECTION = "app:main"
DEPTH = 10  # of options that name other options, and of files that use other files
NAMESPACES = ("ckan.harvest.", "ckanext.harvest.", "smtp.")
"""All options below these are ours to know: one that isn't in OPTIONS is reported."""


@dataclass(frozen=True)
class Option:
    """What becomes of an option: the setting that it gives, or in `note` why none. `convert` may raise ValueError."""

    setting: str = ""
    note: str = ""
    convert: Callable[[str], str] = str.strip


def _address(url: str) -> str:
    """SQLAlchemy's address as libpq knows it: without the name of the driver."""
    return re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url.strip())


def _seconds(minutes: str) -> str:
    return str(int(minutes) * 60)


def _level(text: str) -> str:
    """As ckanext-harvest reads it: an unknown level is debug."""
    level = text.strip().upper()
    return level if level in ("INFO", "WARNING", "ERROR", "CRITICAL") else "DEBUG"


QUEUES = "commands go over Kafka: set HARVEST_KAFKA_BOOTSTRAP_SERVERS"
OPTIONS: Mapping[str, Option] = MappingProxyType(
    {
        "sqlalchemy.url": Option("database_url", convert=_address),
        "ckan.site_id": Option("site_id"),
        "ckan.site_url": Option("ckan_url"),
        "ckan.harvest.log_scope": Option("log_scope"),
        "ckan.harvest.log_level": Option("log_level", convert=_level),
        "ckan.harvest.log_timeframe": Option("log_timeframe"),
        "ckan.site_title": Option("site_title"),
        **{
            f"smtp.{name}": Option(f"smtp_{name}")
            for name in ("server", "starttls", "user", "password", "mail_from", "reply_to")
        },
        "ckan.harvest.status_mail.errored": Option("status_mail_errored"),
        "ckan.harvest.status_mail.all": Option("status_mail_all"),
        "ckan.harvest.timeout": Option("gather_timeout", convert=_seconds),
        **{
            f"ckan.harvest.mq.{name}": Option(note=QUEUES)
            for name in ("type", "hostname", "port", "redis_db", "password", "user_id", "virtual_host")
        },
        "ckanext.harvest.user_name": Option(note="imports are made by the user of HARVEST_CKAN_TOKEN"),
        "ckanext.harvest.default_dataset_name_append": Option("dataset_name_append"),
        "ckan.harvest.not_overwrite_fields": Option("not_overwrite_fields"),
        "ckan.harvest.harvest_source_limit": Option(note="lists are shown by pages: --limit"),
    }
)
CKAN_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "CKAN_SQLALCHEMY_URL": "sqlalchemy.url",
        "CKAN_SITE_ID": "ckan.site_id",
        "CKAN_SITE_URL": "ckan.site_url",
        "CKAN_SMTP_SERVER": "smtp.server",
        "CKAN_SMTP_STARTTLS": "smtp.starttls",
        "CKAN_SMTP_USER": "smtp.user",
        "CKAN_SMTP_PASSWORD": "smtp.password",
        "CKAN_SMTP_MAIL_FROM": "smtp.mail_from",
    }
)
"""Variables that CKAN itself reads in place of an option."""


@dataclass(frozen=True)
class Given:
    """One option: its text, and where it stands."""

    text: str
    place: str


def given(path: Path, environ: Mapping[str, str]) -> dict[str, Given]:
    """All options of an ini file, as CKAN would have them. Raises SettingError."""
    options = {key: Given(text, f"{key} in {path}") for key, text in _options(path, environ).items()}
    for name, text in environ.items():
        if key := CKAN_VARIABLES.get(name) or _spelled(name):
            options[key] = Given(text, name)
    return options


def settings(options: Mapping[str, Given]) -> dict[str, Given]:
    """The settings that the options give, as text for the settings' parser. Raises SettingError."""
    values: dict[str, Given] = {}
    for key, option in OPTIONS.items():
        if option.setting and key in options and options[key].text.strip():
            values[option.setting] = _converted(option, options[key])
    if (site := values.get("ckan_url")) and "ckan.root_path" in options:
        values["ckan_url"] = Given(_below(site.text, options["ckan.root_path"].text), site.place)
    return values


def _below(site: str, root_path: str) -> str:
    """Where CKAN's API is when CKAN is not at the root of its host."""
    return site.rstrip("/") + root_path.strip().replace("/{{LANG}}", "").rstrip("/")


def _converted(option: Option, value: Given) -> Given:
    try:
        return Given(option.convert(value.text), value.place)
    except ValueError as error:
        raise SettingError(f"{value.place}: {value.text!r} is not a whole number") from error


def without_effect(options: Mapping[str, Given]) -> list[str]:
    """In words: options that harvestlog doesn't need any more, and those below its names that nobody knows."""
    lines = []
    for key, value in options.items():
        option = OPTIONS.get(key)
        if option and option.note:
            lines.append(f"{value.place} has no effect: {option.note}")
        elif option is None and key.startswith(NAMESPACES):
            lines.append(f"{value.place} is not an option that harvestlog knows{did_you_mean(key, OPTIONS)}: it has no effect")
    return lines


def _spelled(name: str) -> str:
    """The option that a variable of ckanext-envvars names: CKAN__HARVEST__TIMEOUT, CKAN___SMTP__USER; empty: none."""
    if not name.startswith(("CKAN__", "CKANEXT__")):
        return ""
    return name.removeprefix("CKAN___").replace("__", ".").lower()


def _options(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    values = {name: text for name, text in environ.items() if name.startswith("CKAN_")}
    variables = frozenset(values)
    for file in reversed(_chain(path)):
        here = str(file.resolve().parent)
        values |= {key: text.replace("%(here)s", here) for key, text in _section(file).items()}
    values["__file__"] = str(path.resolve())
    return {key: _filled(text, values) for key, text in values.items() if key not in variables}


def _chain(path: Path) -> list[Path]:
    """The file and those that it is built on, the topmost first."""
    files = [path]
    while len(files) < DEPTH:
        scheme, _, name = _section(files[-1]).get("use", "").partition(":")
        if scheme != "config":
            break
        files.append(files[-1].parent / name.strip())
    return files


def _section(path: Path) -> dict[str, str]:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError, Error) as error:
        raise SettingError(f"The ini file {path} can't be read: {' '.join(str(error).split())}") from error
    if not parser.has_section(SECTION):
        raise SettingError(f"The ini file {path} has no section [{SECTION}]: is it a CKAN's?")
    return dict(parser.items(SECTION))


def _filled(text: str, values: Mapping[str, str], depth: int = DEPTH) -> str:
    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "%"
        return _filled(values[name], values, depth - 1) if name in values and depth else match[0]

    return re.sub(r"%(?:\(([^)]*)\)s|%)", fill, text)
