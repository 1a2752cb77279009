"""The options of a CKAN source: the names and messages that operators of ckanext-harvest know, and what they mean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

from domain.nearest import did_you_mean
from harvesters.base import on_removed, read_config
from harvesters.dataset.values import FALSE, TRUE
from harvesters.target import AS_USUAL, FieldPolicy

PAGE_SIZE = 500  # datasets asked for at a time; CKAN answers with 1,000 at most, many sites with fewer
MAX_PAGE_SIZE = 1000
MAX_DAYS = 3650
OVERLAP = timedelta(hours=13)  # dates of a site that writes its local time, up to 12 hours behind UTC, and clocks that differ
PLACEHOLDERS = frozenset(
    {
        "harvest_source_id",
        "harvest_source_url",
        "harvest_source_title",
        "harvest_job_id",
        "harvest_object_id",
        "dataset_id",
    }
)
YES_WORDS, NO_WORDS = TRUE | {"on"}, FALSE | {"off"}
POLICIES = ("only_local", "create")
FILTERS = ("organizations", "groups")
HEADERS = {"api_key": ("Authorization", "X-CKAN-API-Key"), "user_agent": ("User-Agent",)}
SEARCH_FIELDS = {"organizations": "organization", "groups": "groups"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Names of organisations or groups of which a dataset must, or must not, have one."""

    kind: str  # one of FILTERS
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def accepts(self, names: Iterable[str]) -> bool:
        """Whether a dataset with these organisations or groups is wanted."""
        present = set(names)
        return not present & self.exclude and (not self.include or bool(present & self.include))

    def terms(self) -> list[str]:
        """The same in Solr's query language; every term is required, whatever the server's default operator is."""
        name = SEARCH_FIELDS[self.kind]
        wanted = " OR ".join(f"{name}:{quoted(value)}" for value in sorted(self.include))
        unwanted = [f"-{name}:{quoted(value)}" for value in sorted(self.exclude)]
        return [f"+({wanted})", *unwanted] if wanted else unwanted


@dataclass(frozen=True, slots=True)
class CKANConfig:
    """A source's options, checked. `remote_groups` and `remote_orgs` are "only_local", "create" or None."""

    filters: Sequence[Filter] = ()
    default_tags: Sequence[Mapping[str, Any]] = ()
    default_groups: Sequence[str] = ()
    default_extras: Mapping[str, Any] = field(default_factory=dict)
    override_extras: bool = False
    remote_groups: str | None = None
    remote_orgs: str | None = None
    clean_tags: bool = False
    force_all: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    page_size: int = PAGE_SIZE
    include_private: bool = False
    user: str = ""
    api_version: int | None = None  # of the remote; 1 and 2 are its REST API
    full_listing_days: float | None = None  # None: as the installation says
    fields: FieldPolicy = AS_USUAL

    @classmethod
    def read(cls, config: str) -> "CKANConfig":
        """Read the JSON text of a source. Raises ValueError that says which option is wrong."""
        return cls.of(read_config(config))

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "CKANConfig":
        """The same from the options themselves."""
        _check_flags(options)
        return cls(
            filters=[choice for kind in FILTERS if (choice := _filter(options, kind))],
            default_tags=_default_tags(options),
            default_groups=_default_groups(options),
            default_extras=_default_extras(options),
            override_extras=_flag(options, "override_extras"),
            remote_groups=_policy(options, "remote_groups"),
            remote_orgs=_policy(options, "remote_orgs"),
            clean_tags=_flag(options, "clean_tags"),
            force_all=options.get("force_all") is True,
            headers=_headers(options),
            page_size=_page_size(options),
            include_private=options.get("include_private") is True,
            user=options.get("user", ""),
            api_version=int(options["api_version"]) if "api_version" in options else None,
            full_listing_days=_days(options),
            fields=FieldPolicy.of(options),
        )

    @property
    def params(self) -> dict[str, str]:
        """What goes with every package_search."""
        return {"include_private": "true"} if self.include_private else {}

    @property
    def wants_rest(self) -> bool:
        """Whether the source says that the remote is to be read by its REST API."""
        return self.api_version in (1, 2)

    @property
    def names_groups(self) -> bool:
        """Whether names of groups and organisations matter."""
        return bool(self.filters or self.remote_groups or self.remote_orgs)

    def accepts(self, package: Mapping[str, Any]) -> bool:
        """Whether a dataset passes the filters, in case the remote didn't apply them."""
        return all(choice.accepts(_names(package, choice.kind)) for choice in self.filters)

    def lists(self, package: Mapping[str, Any]) -> bool:
        """Whether a search that the source asks lists such a dataset, as far as it is public or not."""
        return self.include_private or package.get("private") is not True

    def search_terms(self, since: datetime | None) -> str:
        """The `fq` of package_search: the filters, and what was changed since OVERLAP before that time."""
        terms = [term for choice in self.filters for term in choice.terms()]
        if since:
            terms.append(f"+metadata_modified:[{since.astimezone(UTC) - OVERLAP:%Y-%m-%dT%H:%M:%SZ} TO *]")
        return " ".join(terms)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its {placeholders} replaced. Raises ValueError for an unknown one or a single brace.

    Only names are placeholders: what else Python's formatting can do (attributes, widths) has no place in a configuration.
    """
    parts = []
    for literal, name, spec, conversion in Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        if name not in values or spec or conversion:
            whole = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            near = did_you_mean(whole, PLACEHOLDERS)
            raise ValueError(f"unknown placeholder {{{whole}}}{near}; there are {', '.join(sorted(PLACEHOLDERS))}")
        parts.append(values[name])
    return "".join(parts)


def quoted(value: str) -> str:
    """A phrase of Solr's query language (https://solr.apache.org/guide/solr/latest/query-guide/standard-query-parser.html)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _names(package: Mapping[str, Any], kind: str) -> list[str]:
    """Names of a dataset's organisation or groups; none when they are of an odd type."""
    objects = package.get("groups") if kind == "groups" else [package.get("organization")]
    if not isinstance(objects, list):
        return []
    names = [obj.get("name") if isinstance(obj, dict) else obj for obj in objects]
    return [name for name in names if isinstance(name, str)]


def _check_flags(options: Mapping[str, Any]) -> None:
    version = options.get("api_version", 3)
    try:
        number = int(version)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("api_version must be an integer") from error
    if isinstance(version, bool) or number not in (1, 2, 3):
        raise ValueError("api_version must be an integer: 1, 2 or 3")
    for name in ("read_only", "force_all", "include_private"):
        if not isinstance(options.get(name, False), bool):
            raise ValueError(f"{name} must be boolean")
    if options.get("on_taken_id", "error") not in ("error", "adopt"):
        raise ValueError('on_taken_id must be "error" or "adopt"')
    on_removed(options)
    if not isinstance(options.get("user", ""), str):
        raise ValueError("user must be the name of a user")


def _flag(options: Mapping[str, Any], name: str) -> bool:
    """True or false, also as a number or in words. What is neither is true, as for ckanext-harvest, which never checked these;
    a source that is entered now is refused for it."""
    value = options.get(name)
    return bool(value) and str(value).strip().lower() not in NO_WORDS


def _filter(options: Mapping[str, Any], kind: str) -> Filter | None:
    include, exclude = f"{kind}_filter_include", f"{kind}_filter_exclude"
    if options.get(include) and options.get(exclude):
        raise ValueError(f"Harvest configuration cannot contain both {include} and {exclude}")
    for name in (include, exclude):
        if not _are_texts(options.get(name) or []):
            raise ValueError(f"{name} must be a list of names")
    names = Filter(kind, _names_of(options.get(include)), _names_of(options.get(exclude)))
    return names if names.include or names.exclude else None


def _names_of(value: Sequence[str] | None) -> frozenset[str]:
    """The names of a filter; those of CKAN have no blanks."""
    return frozenset(name.strip() for name in value or ())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _default_tags(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    tags = options.get("default_tags", [])
    if not isinstance(tags, list):
        raise ValueError("default_tags must be a list")
    if not all(isinstance(tag, dict) for tag in tags):
        raise ValueError("default_tags must be a list of dictionaries")
    if not all(isinstance(tag.get("name"), str) and tag["name"] for tag in tags):
        raise ValueError('default_tags: every tag needs a name, as in {"name": "geo"}')
    if not all(isinstance(tag.get("vocabulary_id") or "", str) for tag in tags):
        raise ValueError("default_tags: vocabulary_id must be the id or name of a vocabulary")
    return tags


def _default_groups(options: Mapping[str, Any]) -> list[str]:
    groups = options.get("default_groups", [])
    if not isinstance(groups, list):
        raise ValueError("default_groups must be a *list* of group names/ids")
    if not _are_texts(groups):
        raise ValueError("default_groups must be a list of group names/ids (i.e. strings)")
    return groups


def _default_extras(options: Mapping[str, Any]) -> dict[str, Any]:
    extras = options.get("default_extras", {})
    if not isinstance(extras, dict):
        raise ValueError("default_extras must be a dictionary")
    for key, value in extras.items():
        if isinstance(value, str):
            try:
                filled(value, dict.fromkeys(PLACEHOLDERS, ""))
            except ValueError as error:
                raise ValueError(f"default_extras, {key}: {error}") from error
    return extras


def _policy(options: Mapping[str, Any], name: str) -> str | None:
    """Any other value means that the remote's groups or organisations are left out, as it always has."""
    value = options.get(name)
    return value if value in POLICIES else None


def _headers(options: Mapping[str, Any]) -> dict[str, str]:
    """The key goes by both headers that CKANs know: Authorization is taken where the address has a user name and a password."""
    headers: dict[str, str] = {}
    for name, header_names in HEADERS.items():
        value = options.get(name) or ""
        if not isinstance(value, str) or not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError(f"{name} must be one line of ASCII text")
        if value.strip():
            headers |= dict.fromkeys(header_names, value.strip())
    return headers


def _days(options: Mapping[str, Any]) -> float | None:
    days = options.get("full_listing_days")
    if days is None:
        return None
    if not isinstance(days, int | float) or isinstance(days, bool) or not 0 <= days <= MAX_DAYS:
        raise ValueError(f"full_listing_days must be a number of days from 0 (never by itself) to {MAX_DAYS}")
    return float(days)


def _page_size(options: Mapping[str, Any]) -> int:
    size = options.get("page_size", PAGE_SIZE)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_PAGE_SIZE:
        raise ValueError(f"page_size must be an integer from 1 to {MAX_PAGE_SIZE}")
    return size
