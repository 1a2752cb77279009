"""The only reader of the environment: every setting of harvestlog, with its default and its unit.

A setting is looked up as `HARVEST_<NAME>` in the environment, then in the file named by `HARVEST_SETTINGS_FILE`
(lines of `HARVEST_<NAME>=value`, `#` comments), then in the CKAN ini named by `HARVEST_CKAN_INI` or `-c` (`ckan_ini.py`).
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any

from adapters import ckan_ini
from domain.errors import SettingError
from domain.nearest import did_you_mean

MAY_BE_ZERO = (
    *("topic_replication", "topic_min_insync_replicas", "http_retries", "full_listing_days", "retention_days"),
    *("log_timeframe", "cron_jitter", "serve_port", "serve_workers", "serve_anonymous_rate", "serve_refused_rate"),
)
SECURITY_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
NOTICES = {
    "status_mail_digest_at": "time_of_day",
    "mail_to": "addresses",
    "smtp_server": "server_address",
    "webhook_urls": "webhook_urls",
    "webhook_secret": "signing_key",
    "site_url": "webhook_urls",
}
"""Settings for mail and webhooks, and the function of `domain.notices` that raises ValueError for a wrong one."""
ROBOTS = ("ignore", "delay", "obey")
LOG_FORMATS = ("text", "json")
NAME_APPENDS = ("number-sequence", "random-hex")
LOG_SCOPES = range(-1, 8)  # adapters.log_scopes
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(base) / "harvestlog"


@dataclass(frozen=True)
class Settings:
    """Values of all settings; times are in seconds.

    An empty `database_url`, `kafka_bootstrap_servers` or `ckan_url` means the embedded Postgres, the embedded broker, the
    local catalogue.
    """

    database_url: str = ""
    kafka_bootstrap_servers: str = ""
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: str = field(default="", repr=False)
    kafka_ssl_cafile: str = ""  # "": those that the machine trusts
    kafka_ssl_certfile: str = ""  # our own, where Kafka authenticates clients by certificate
    kafka_ssl_keyfile: str = ""  # "": the key is in the certificate's file
    kafka_ssl_password: str = field(default="", repr=False)  # of the key
    kafka_ssl_check_hostname: bool = True
    embedded_broker: bool = False  # the configured broker is the embedded one: `up` sets it for its children
    ckan_url: str = ""
    ckan_token: str = field(default="", repr=False)
    dataset_name_append: str = "number-sequence"  # behind the name of a new dataset that another one has; or random-hex
    not_overwrite_fields: str = ""  # fields of datasets that updates leave as they are, with blanks or commas
    dataset_extras: bool = True  # datasets carry harvest_object_id, harvest_source_id and harvest_source_title as extras
    secret_key: str = field(default="", repr=False)  # encrypts the secrets of sources; older keys after it, with commas
    secret_key_file: str = ""  # "": secret.key in data_dir, created when the first secret is stored
    data_dir: Path = field(default_factory=_default_data_dir)
    site_id: str = "default"  # names topics and consumer groups, as ckan.site_id does
    log_level: str = "INFO"  # lowest level of lines on standard error and in harvest_log
    log_scope: int = 7  # which lines go into harvest_log: -1 none, 0 all, 7 those of harvesters and plugins; docs/operations.md
    log_lines: int = 2000  # kept in harvest_log per job, and as many warnings and errors
    log_timeframe: float = 30.0  # days after which lines of harvest_log are removed; 0: never
    log_format: str = "text"  # or json: one object per line, with job, source and object
    fetch_workers: int = 1  # fetch-consumer processes that `up` starts
    fetch_threads: int = 8  # records at a time in one fetch worker
    gather_threads: int = 4  # scheduled jobs gathered at a time per gather worker; as many started by people
    target_concurrency: int = 4  # calls to CKAN at a time, per worker
    ckan_timeout: float = 60.0  # for one call to CKAN
    ckan_sources: bool = False  # keep every source as a dataset of type harvest in CKAN, which shows it in its search
    ckan_patience: float = 900.0  # how long imports wait for an unreachable CKAN before records fail
    topic_partitions: int = 6
    topic_replication: int = 0  # copies; 0: three, or one on each broker if there are fewer
    topic_min_insync_replicas: int = 0  # copies that must have a command before it counts as sent; 0: 2 of 3, else 1
    in_flight: int = 2000  # objects claimed at a time by one fetch worker
    lease: float = 60.0  # a claim that isn't renewed for this long goes to another worker
    job_deadline: float = 86_400.0  # automatic retries of a job stop this long after it was created
    cron_jitter: float = 0.0  # jobs of one cron expression are spread over this time, each source at a fixed point
    retry_delay: float = 5.0  # before the first automatic retry of an object; doubles with each further one
    full_listing_days: float = 7.0  # a harvester that asks for changes lists everything again after this many days; 0: never
    shrunk_percent: float = 20.0  # a source that lost more of its datasets in its last job has shrunk: see `status`
    retention_days: float = 365.0  # objects of jobs that ended longer ago are removed, unless a dataset needs them; 0: never
    retention_jobs: int = 2  # latest jobs of a source whose objects stay, however old they are
    retry_attempts: int = 5  # attempts at an object before it fails for good
    fetch_timeout: float = 900.0  # for one record's fetch_stage; longer than the HTTP limits let one request take
    import_timeout: float = 900.0  # for one record's import_stage and storing its dataset; stops while the target is away
    gather_timeout: float = 1800.0  # how long a gather may go without progress: a record, a page, an error, a response
    http_timeout: float = 30.0  # to connect, and between two bytes
    http_total_timeout: float = 300.0  # for one whole response
    http_max_bytes: int = 50_000_000  # of one response
    http_retries: int = 3
    http_host_limit: int = 4  # requests at a time to one remote host, from all workers together
    http_robots: str = "ignore"  # a remote's robots.txt: ignore it, keep to its Crawl-delay (delay), or obey all of it
    breaker_failures: int = 10  # failed connections or HTTP 5xx in a row after which nothing is sent to a host or the target
    http_allow: str = ""  # what may be harvested besides public addresses, or `none`: see `may_harvest`
    http_user_agent: str = "harvestlog (harvester of open-data catalogues)"
    serve_host: str = "127.0.0.1"  # address that `serve` listens on; 0.0.0.0: all addresses of this machine
    serve_port: int = 5005  # 0: any free port
    serve_workers: int = 1  # processes of `serve`; 0: `up` starts no server
    serve_threads: int = 8  # calls at a time, and connections to the database, per `serve` process
    serve_root_path: str = ""  # path prefix at the proxy: /harvest if clients call {proxy}/harvest/api/3/action/…
    serve_proxies: str = ""  # addresses or networks of proxies whose X-Forwarded-For and -Proto are trusted, with commas
    serve_max_body: int = 5_000_000  # bytes of one request
    serve_anonymous_rate: float = 1200.0  # calls a minute of one address without a token, of all processes; 0: any number
    serve_refused_rate: float = 60.0  # calls a minute of one address with tokens that nobody has; 0: any number
    serve_cors_origins: str = ""  # origins whose pages may call us from a browser, with commas
    metrics_token: str = field(default="", repr=False)  # for /metrics; empty: only for this machine and sysadmins
    site_title: str = "harvestlog"  # in mail
    site_url: str = ""  # address of the site's pages, for the links in mail; empty: no links
    status_mail_errored: bool = False  # mail about each job with errors
    status_mail_all: bool = False  # mail about each job
    status_mail_digest: bool = False  # one mail a day about all jobs that no other mail covered
    status_mail_digest_at: str = "07:00"  # in UTC, or followed by a time zone: 07:00 Europe/Berlin
    mail_to: str = ""  # addresses of people who get all mail, in addition to CKAN's sysadmins
    smtp_server: str = "localhost"  # port 465 means TLS from the first byte
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_mail_from: str = ""
    smtp_reply_to: str = ""
    smtp_ca_file: str = ""  # CA certificates for the mail server; empty: those of the system
    webhook_urls: str = ""
    webhook_secret: str = field(default="", repr=False)

    @property
    def own_postgres(self) -> bool:
        """True when harvestlog runs its own Postgres in `data_dir`."""
        return not self.database_url

    @property
    def own_broker(self) -> bool:
        """True when harvestlog runs its own broker."""
        return not self.kafka_bootstrap_servers

    @property
    def may_harvest(self) -> str:
        """What may be harvested besides public addresses.

        Unless HARVEST_HTTP_ALLOW is set: this machine itself, if harvestlog runs its own Postgres and its own broker
        (somebody's laptop, a demo, a test). A site with separate services is a portal, where strangers' addresses must not
        reach the internal network.
        """
        if self.http_allow:
            return "" if self.http_allow.lower() == "none" else self.http_allow
        return "loopback" if self.embedded_broker or (self.own_postgres and self.own_broker) else ""

    def on(self, database_url: str) -> "Settings":
        """These settings with the database address in use; `may_harvest` stays as it was before."""
        return replace(self, database_url=database_url, http_allow=self.may_harvest or "none")


SETTINGS_FILE, CKAN_INI = "HARVEST_SETTINGS_FILE", "HARVEST_CKAN_INI"
"""Variables that name files with settings."""
ENVIRONMENT = "environment"
CKAN_INI_TOLD = "HARVEST_CKAN_INI_TOLD"
"""Set for child processes: the ini file whose options without effect a person has already been told about."""


@dataclass(frozen=True)
class Configuration:
    """All settings, and where each that isn't a default came from."""

    settings: Settings
    origins: Mapping[str, str]


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raises SettingError that names the first wrong one."""
    return configuration(environ).settings


def configuration(environ: Mapping[str, str] | None = None) -> Configuration:
    """Read all settings and where they came from; raises SettingError that names the first wrong one."""
    env = dict(os.environ if environ is None else environ)
    entries = _given(env)
    values = {f.name: _parse(entries[f.name], str(f.type)) for f in fields(Settings) if f.name in entries}
    settings = Settings(**values)
    try:
        _check(settings)
    except SettingError as error:
        raise SettingError(f"{error}{_set_by(str(error), entries)}") from error
    return Configuration(settings, {name: value.origin for name, value in entries.items()})


def _set_by(message: str, values: Mapping[str, "_Given"]) -> str:
    """Where the settings that a message names were set, when that was elsewhere than in a variable."""
    named = (value for name, value in values.items() if re.search(rf"\bHARVEST_{name.upper()}\b", message))
    places = [value.origin for value in named if value.origin != ENVIRONMENT]
    return f" (set by {', '.join(places)})" if places else ""


@dataclass(frozen=True)
class _Given:
    """The text of a setting, what to call it in an error, and where it came from."""

    text: str
    label: str
    origin: str


def _given(env: Mapping[str, str]) -> dict[str, _Given]:
    """What was set, by the name of the setting; an empty value means the default."""
    values: dict[str, _Given] = {}
    if path := env.get(CKAN_INI):
        for name, option in ckan_ini.settings(ckan_ini.given(Path(path), env)).items():
            values[name] = _Given(option.text, option.place, option.place)
    if path := env.get(SETTINGS_FILE):
        values |= _variables(_read_file(Path(path)), path)
    return values | _variables(env, ENVIRONMENT)


def _variables(texts: Mapping[str, str], origin: str) -> dict[str, _Given]:
    named = ((f.name, f"HARVEST_{f.name.upper()}") for f in fields(Settings))
    return {name: _Given(texts[label].strip(), label, origin) for name, label in named if texts.get(label, "").strip()}


NOT_SETTINGS = re.compile(r"HARVEST_(TEST_.*|.*_TEST|REQUIRE_.*|PLUGIN_.*|CKAN_INI_TOLD)")
"""Names that aren't mistakes: for our tests, for plugins, and for our own processes."""


def unknown(environ: Mapping[str, str] | None = None) -> list[str]:
    """Sentences about variables that are named like a setting and are none. Raises SettingError for an unreadable file."""
    env = dict(os.environ if environ is None else environ)
    path = env.get(SETTINGS_FILE)
    names = {name: "" for name in env if name.startswith("HARVEST_")}
    names |= dict.fromkeys(_read_file(Path(path)) if path else (), f" in {path}")
    variables = {f"HARVEST_{f.name.upper()}" for f in fields(Settings)} | {SETTINGS_FILE, CKAN_INI}
    return [
        f"{name}{place} is not a setting of harvestlog{did_you_mean(name, variables)}: it has no effect"
        for name, place in names.items()
        if name not in variables and not NOT_SETTINGS.fullmatch(name)
    ]


def idle_options(environ: Mapping[str, str] | None = None) -> list[str]:
    """Options of the CKAN ini that have no effect, in words; none without an ini. Raises SettingError."""
    env = dict(os.environ if environ is None else environ)
    path = env.get(CKAN_INI)
    return ckan_ini.without_effect(ckan_ini.given(Path(path), env)) if path else []


def _read_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"HARVEST_SETTINGS_FILE: can't read {path}: {error}") from error
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


FLAGS = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
_PARSERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda raw: FLAGS[raw.lower()],
    "int": int,
    "float": float,
    "Path": lambda raw: Path(raw).expanduser(),
}


def _parse(value: _Given, type_name: str) -> Any:
    type_name = type_name.rsplit(".", 1)[-1].removesuffix("'>").removeprefix("<class '")
    parser = _PARSERS.get(type_name, str)
    try:
        return parser(value.text)
    except KeyError as error:
        raise SettingError(f"{value.label}={value.text!r} is neither true nor false") from error
    except ValueError as error:
        raise SettingError(f"{value.label}={value.text!r} is not a number") from error


def pages_address(settings: Settings) -> str:
    """Where a browser on this machine finds the pages, as long as `serve` or `up` is running."""
    host = "127.0.0.1" if settings.serve_host in ("", "0.0.0.0", "::") else settings.serve_host
    return f"http://{host}:{settings.serve_port}{settings.serve_root_path.rstrip('/')}/harvest"


def _check(settings: Settings) -> None:
    if settings.database_url and not re.match(r"postgres(ql)?://|.*\b(host|dbname|service)\s*=", settings.database_url):
        raise SettingError(
            "HARVEST_DATABASE_URL is not a Postgres address: expected postgresql://user:password@host:port/database"
        )
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", settings.site_id):
        raise SettingError(f"HARVEST_SITE_ID={settings.site_id!r}: only letters, digits, '.', '_' and '-' may be used")
    if settings.log_level.upper() not in LOG_LEVELS:
        raise _none_of("HARVEST_LOG_LEVEL", settings.log_level, LOG_LEVELS)
    if settings.log_format not in LOG_FORMATS:
        raise _none_of("HARVEST_LOG_FORMAT", settings.log_format, LOG_FORMATS)
    if settings.dataset_name_append not in NAME_APPENDS:
        raise _none_of("HARVEST_DATASET_NAME_APPEND", settings.dataset_name_append, NAME_APPENDS)
    if settings.ckan_url and not re.match(r"https?://", settings.ckan_url):
        raise SettingError(f"HARVEST_CKAN_URL={settings.ckan_url!r} does not start with http:// or https://")
    for server in filter(None, settings.kafka_bootstrap_servers.split(",")):
        if not re.fullmatch(r"\S+:\d+", server.strip()):
            raise SettingError(f"HARVEST_KAFKA_BOOTSTRAP_SERVERS: {server!r} is not host:port")
    _check_kafka_security(settings)
    if 0 < settings.topic_replication < settings.topic_min_insync_replicas:
        raise SettingError(
            f"HARVEST_TOPIC_MIN_INSYNC_REPLICAS={settings.topic_min_insync_replicas} is more than "
            f"HARVEST_TOPIC_REPLICATION={settings.topic_replication}: nothing could ever be sent"
        )
    if settings.http_robots not in ROBOTS:
        raise _none_of("HARVEST_HTTP_ROBOTS", settings.http_robots, ROBOTS)
    _check_addresses(settings.may_harvest)
    if settings.log_scope not in LOG_SCOPES:
        raise SettingError(f"HARVEST_LOG_SCOPE={settings.log_scope} is none of -1 (nothing is kept), 0 (everything) to 7")
    _check_notices(settings)
    _check_server(settings)
    for f in fields(Settings):
        _check_number(f.name, getattr(settings, f.name))


def _none_of(variable: str, value: str, choices: Iterable[str]) -> SettingError:
    choices = list(choices)
    return SettingError(f"{variable}={value!r} is none of {', '.join(choices)}{did_you_mean(value, choices)}")


def _check_addresses(allowed: str) -> None:
    if allowed:
        from domain.networks import address_rules  # slow to import, and most commands don't need it

        address_rules(allowed)


def _check_kafka_security(settings: Settings) -> None:
    protocol, mechanism = settings.kafka_security_protocol, settings.kafka_sasl_mechanism
    if protocol not in SECURITY_PROTOCOLS:
        raise _none_of("HARVEST_KAFKA_SECURITY_PROTOCOL", protocol, SECURITY_PROTOCOLS)
    if mechanism not in SASL_MECHANISMS:
        raise _none_of("HARVEST_KAFKA_SASL_MECHANISM", mechanism, SASL_MECHANISMS)
    if protocol.startswith("SASL") and not (settings.kafka_sasl_username and settings.kafka_sasl_password):
        raise SettingError(
            f"HARVEST_KAFKA_SECURITY_PROTOCOL={protocol} needs HARVEST_KAFKA_SASL_USERNAME and HARVEST_KAFKA_SASL_PASSWORD"
        )
    if settings.kafka_sasl_username and not protocol.startswith("SASL"):
        raise SettingError(
            "HARVEST_KAFKA_SASL_USERNAME has no effect: set HARVEST_KAFKA_SECURITY_PROTOCOL=SASL_SSL (or SASL_PLAINTEXT)"
        )


def _check_notices(settings: Settings) -> None:
    defaults = Settings()
    changed = [name for name in NOTICES if getattr(settings, name) != getattr(defaults, name)]
    if changed:
        from domain import notices  # slow to import, and most commands don't need it

        for name in changed:
            try:
                getattr(notices, NOTICES[name])(getattr(settings, name))
            except ValueError as error:
                raise SettingError(f"HARVEST_{name.upper()}: {error}") from error
    if settings.webhook_urls and not settings.webhook_secret:
        raise SettingError("HARVEST_WEBHOOK_URLS needs HARVEST_WEBHOOK_SECRET: what is sent there is signed with it")


def _check_server(settings: Settings) -> None:
    if settings.serve_port > 65_535:
        raise SettingError(f"HARVEST_SERVE_PORT={settings.serve_port} is more than 65535")
    if settings.serve_root_path and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+/?", settings.serve_root_path):
        raise SettingError(f"HARVEST_SERVE_ROOT_PATH={settings.serve_root_path!r} is no path such as /harvest")
    for origin in filter(None, settings.serve_cors_origins.split(",")):
        if not re.fullmatch(r"\*|https?://[^/\s]+", origin.strip()):
            raise SettingError(f"HARVEST_SERVE_CORS_ORIGINS: {origin!r} is no origin such as https://portal.example.org")


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or name == "log_scope":
        return
    if name in MAY_BE_ZERO and value == 0:
        return
    if not 0 < value < inf:
        raise SettingError(f"HARVEST_{name.upper()}={value} must be greater than 0")
