"""The tables of the read model: their columns, and how an empty read model is made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from psycopg import sql

from adapters.postgres.database import Connection
from domain.rules import STATISTICS
from projections.model_version import MODEL_VERSION

LIVE = "harvest"
NAME = "read_model"


@dataclass(frozen=True)
class Table:
    """A table with its columns and their types; the first is the key."""

    name: str
    columns: Mapping[str, str]
    additive: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The column that a change is found by."""
        return next(iter(self.columns))

    def insert(self, schema: str) -> sql.Composed:
        """INSERT of all rows in the JSON parameter."""
        return sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}").format(
            table=sql.Identifier(schema, self.name), columns=names(self.columns), rows=self.recordset(self.columns)
        )

    def update(self, schema: str, changed: Sequence[str], more: Mapping[str, str] | None = None) -> sql.Composed:
        """UPDATE of the columns named, from the JSON parameter, which may have `more` columns."""
        columns = {self.key: self.columns[self.key], **{name: self.columns[name] for name in changed}, **(more or {})}
        return sql.SQL("UPDATE {table} t SET {changes} FROM {rows} WHERE t.{key} = x.{key}").format(
            table=sql.Identifier(schema, self.name),
            changes=sql.SQL(", ").join(self._change(name) for name in changed),
            rows=self.recordset(columns),
            key=sql.Identifier(self.key),
        )

    def _change(self, name: str) -> sql.Composed:
        form = "{0} = coalesce(x.{0}, t.{0})"
        if name in self.additive:
            form = "{0} = t.{0} + coalesce(x.{0}, 0)"
        elif name in self.merged:
            form = "{0} = coalesce(t.{0} || x.{0}, t.{0})"
        return sql.SQL(form).format(sql.Identifier(name))

    @staticmethod
    def recordset(columns: Mapping[str, str]) -> sql.Composed:
        """The rows of the JSON parameter, as x."""
        types = sql.SQL(", ").join(sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in columns.items())
        return sql.SQL("jsonb_to_recordset(%(rows)s::jsonb) AS x ({})").format(types)


def names(columns: Iterable[str]) -> sql.Composed:
    """Columns as they stand in a statement."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


SOURCES = Table(
    "harvest_source",
    {
        **dict.fromkeys(("id", "name", "url", "title", "description", "config"), "text"),
        "created": "timestamp",
        "type": "text",
        "active": "boolean",
        **dict.fromkeys(("user_id", "publisher_id", "frequency", "owner_org"), "text"),
        "private": "boolean",
        "extras": "jsonb",
        "removed": "text",
        "modified": "timestamp",
    },
)
JOBS = Table(
    "harvest_job",
    {
        "id": "text",
        **dict.fromkeys(("created", "gather_started", "gather_finished", "finished"), "timestamp"),
        **dict.fromkeys(("source_id", "status", "kind", "trigger", "created_by", "outcome"), "text"),
        "complete": "boolean",
        "full_listing": "boolean",
        "held": "bigint",
        "held_of": "bigint",
        "decision": "text",
    },
)
OBJECTS = Table(
    "object",
    {
        **dict.fromkeys(("id", "guid", "harvest_job_id", "harvest_source_id", "action", "state", "report_status"), "text"),
        "package_id": "text",
        "content_hash": "text",
        "original_url": "text",
        "extras": "jsonb",
        **dict.fromkeys(("metadata_modified_date", "gathered", "fetch_finished", "import_finished"), "timestamp"),
        **dict.fromkeys(("removed", "removed_title"), "text"),
        "removed_until": "timestamp",
        "retry_times": "integer",
    },
    additive=frozenset({"retry_times"}),
    merged=frozenset({"extras"}),
)
GATHER_ERRORS = Table(
    "harvest_gather_error",
    {
        **dict.fromkeys(("id", "harvest_job_id", "message"), "text"),
        "created": "timestamp",
        **dict.fromkeys(("code", "guid", "cause"), "text"),
    },
)
OBJECT_ERRORS = Table(
    "harvest_object_error",
    {
        **dict.fromkeys(("id", "harvest_object_id", "message", "stage"), "text"),
        "line": "integer",
        "created": "timestamp",
        "code": "text",
        "level": "text",
        **dict.fromkeys(("harvest_job_id", "cause"), "text"),
    },
)
CAUSES = Table(
    "error_cause",
    {
        "job_id": "text",
        "of_gather": "boolean",
        "cause": "text",
        "gaps": "integer",
        **dict.fromkeys(("texts", "gap_values"), "jsonb"),
        **dict.fromkeys(("errors", "records"), "bigint"),
        **dict.fromkeys(("first_error", "last_error"), "timestamp"),
        "examples": "jsonb",
    },
)
DATASETS = Table(
    "dataset",
    {
        **dict.fromkeys(("source_id", "guid", "package_id", "object_id", "content_hash", "state"), "text"),
        "imported": "timestamp",
        "event_number": "bigint",
        "job_number": "integer",
    },
)
LOG_LINES = Table(
    "log_line",
    {
        **dict.fromkeys(("id", "content"), "text"),
        "level": "ops.log_level",
        "created": "timestamp",
        **dict.fromkeys(("source_id", "job_id", "object_id"), "text"),
    },
)
PRUNED = (("harvest_object_error", "harvest_job_id", "harvest_object_id"), ("object", "harvest_job_id", "id"))
"""Tables with rows of objects, the columns of the job and of the object. They have an index by object."""
PRUNED_AT_LAST = (("log_line", "job_id", "object_id"),)
"""A table with rows of objects, and an index by job only: all of a job is looked through, once."""
OF_JOBS = (
    *(("harvest_job", "id"), ("job_statistics", "job_id"), ("harvest_gather_error", "harvest_job_id")),
    ("error_cause", "job_id"),
)
"""Tables with rows of jobs, and the column of the job."""
OUTCOMES = ("finished", "failed", "aborted")
"""of jobs."""
COUNTERS = STATISTICS


def create(connection: Connection, schema: str, position: int = 0, *, indexes: bool = True) -> None:
    """Make an empty read model in a schema that isn't there yet, its checkpoint at `position`."""
    _run_file(connection, "read_model.sql", schema)
    if indexes:
        create_indexes(connection, schema)
    statement = sql.SQL("INSERT INTO {}.checkpoint VALUES (%s, %s, %s)").format(sql.Identifier(schema))
    connection.execute(statement, (NAME, position, MODEL_VERSION))


def create_indexes(connection: Connection, schema: str) -> None:
    """Primary keys and indexes of a read model."""
    _run_file(connection, "read_model_indexes.sql", schema)


def _run_file(connection: Connection, name: str, schema: str) -> None:
    text = files("adapters.postgres.read_model").joinpath(name).read_text(encoding="utf-8")
    connection.execute(text.replace("{schema}", sql.Identifier(schema).as_string()).encode())


def exists(connection: Connection, schema: str = LIVE) -> bool:
    """Whether the schema holds a read model."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.checkpoint",)).fetchone()
    return bool(row and row[0])


def model_version(connection: Connection, schema: str = LIVE) -> int:
    """The version that the tables were made with."""
    statement = sql.SQL("SELECT model_version FROM {}.checkpoint WHERE name = %s").format(sql.Identifier(schema))
    row = connection.execute(statement, (NAME,)).fetchone()
    return int(row[0]) if row else 0
