"""Which lines go into harvest_log: ckanext-harvest's `log_scope`, mapped to our modules.

Every logger belongs to one part. What isn't ours (plugins, and the libraries that they use) belongs to the harvesters.
"""

OURS: tuple[tuple[str, str], ...] = (
    ("domain.errors", "validators"),
    ("domain.source_fields", "validators"),
    ("adapters.actions.parameters", "validators"),
    ("harvesters.loading", "validators"),
    ("harvesters.results", "validators"),
    ("adapters.actions", "actions"),
    ("adapters.cli", "actions"),
    ("domain", "model"),
    ("projections", "model"),
    ("adapters.postgres", "model"),
    ("eventsourcing", "model"),
    ("psycopg", "model"),
    ("harvesters", "harvesters"),
    ("adapters", "engine"),
    ("harvestlog", "engine"),
    ("kafka", "engine"),
    ("asyncio", "engine"),
)
"""Prefix of a logger's name, and its part; the first that fits counts."""

HARVESTERS = "harvesters"
ALL = frozenset({"engine", "model", "actions", "validators", HARVESTERS})
SCOPES: dict[int, frozenset[str]] = {
    -1: frozenset(),
    0: ALL,
    1: ALL - {"engine"},
    2: frozenset({"model", "actions", "validators"}),
    3: frozenset({"model", "actions"}),
    4: frozenset({"actions"}),
    5: frozenset({"model"}),
    6: frozenset({"engine"}),
    7: frozenset({HARVESTERS}),
}
"""Parts by `log_scope`, as in ckanext-harvest; its `plugin` is our engine: roles, duties, stages, Kafka, targets."""


def part_of(logger: str) -> str:
    """The part that a logger belongs to."""
    for prefix, part in OURS:
        if logger.startswith(prefix) and logger[len(prefix) : len(prefix) + 1] in ("", "."):
            return part
    return HARVESTERS
