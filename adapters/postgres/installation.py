"""What is wrong with a database: version, session, rights, tables, clock. Each check raises what is wrong, in words."""

import time
from datetime import UTC, datetime

from adapters.postgres.database import Database, require_migrations
from adapters.postgres.read_model.progress import why_outdated
from domain.errors import SettingError

MOST_APART = 5.0  # seconds between this machine's clock and the database's
SCHEMAS = ("events", "content", "ops", "harvest", "catalogue")
RIGHTS = """
    SELECT current_user, has_database_privilege(current_database(), 'CREATE'),
        ARRAY(SELECT s FROM unnest(%(schemas)s::text[]) s
            WHERE to_regnamespace(s) IS NOT NULL AND NOT has_schema_privilege(s, 'USAGE, CREATE')),
        pg_is_in_recovery(), current_setting('server_encoding'), current_setting('server_version'),
        has_database_privilege(current_database(), 'TEMPORARY')
"""
TABLES = """
    SELECT string_agg(format('%%I.%%I', n.nspname, c.relname), ', ')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (%(schemas)s) AND c.relkind = 'r'
        AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT, UPDATE') AND
            has_table_privilege(c.oid, 'DELETE'))
"""
CONNECTIONS = """
    SELECT current_setting('max_connections')::int,
        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""
TYPES = """
    SELECT type, count(*), min(name) FROM harvest.harvest_source WHERE active GROUP BY type ORDER BY type
"""
MOST_USED = 0.9  # of all connections


def check_session(database: Database) -> str:
    """Version, and that sessions are ours alone. Raises SettingError, ServiceUnavailable."""
    database.check_session()
    return f"PostgreSQL {database.query(RIGHTS, schemas=list(SCHEMAS))[0][5].split()[0]}, no pooler between"


def check_rights(database: Database) -> str:
    """What the role may do. Raises SettingError."""
    user, create, closed, replica, encoding, _, temporary = database.query(RIGHTS, schemas=list(SCHEMAS))[0]
    if replica:
        raise SettingError("HARVEST_DATABASE_URL leads to a standby, which can't be written to: use the primary's address")
    if encoding != "UTF8":
        raise SettingError(f"The database has the encoding {encoding}: make one with `createdb -E UTF8 -T template0`")
    if not create:
        raise SettingError(
            f"The role {user} may not make schemas, which upgrades and rebuilds need: GRANT CREATE ON DATABASE … TO {user}"
        )
    if not temporary:
        raise SettingError(
            f"The role {user} may not make temporary tables, which each gather needs: GRANT TEMPORARY ON DATABASE … TO {user}"
        )
    if closed:
        raise SettingError(f"The role {user} may not use schema {', '.join(closed)}: ALTER SCHEMA … OWNER TO {user}")
    if tables := database.query(TABLES, schemas=list(SCHEMAS))[0][0]:
        raise SettingError(f"The role {user} may not read and write {tables}: ALTER TABLE … OWNER TO {user}")
    return f"role {user} may do what is needed"


def check_tables(database: Database) -> str:
    """Migrations and read model. Raises SettingError."""
    require_migrations(database)
    if why := why_outdated(database):
        raise SettingError(why)
    return "tables are those of this version"


def check_connections(database: Database) -> str:
    """Room for more sessions. Raises SettingError."""
    most, used = database.query(CONNECTIONS)[0]
    if used > MOST_USED * most:
        raise SettingError(f"{used} of {most} connections of the database are in use: raise max_connections in postgresql.conf")
    return f"{used} of {most} connections in use"


def check_clock(database: Database) -> str:
    """This machine's clock against the database's. Raises SettingError."""
    begun = time.time()
    there = database.query("SELECT clock_timestamp()")[0][0].astimezone(UTC)
    here = datetime.fromtimestamp((begun + time.time()) / 2, UTC)
    apart = (here - there).total_seconds()
    if abs(apart) > MOST_APART:
        which = "ahead of" if apart > 0 else "behind"
        raise SettingError(
            f"The clock of this machine is {abs(apart):.0f} s {which} the database's: set it by NTP "
            "(`timedatectl set-ntp true`). harvestlog goes by the database's; TLS and tokens of others don't"
        )
    return f"{abs(apart):.1f} s from the database's"


def source_types(database: Database) -> list[tuple[str, int, str]]:
    """Types of active sources, how many of each, and the name of one."""
    return [(kind, count, name) for kind, count, name in database.query(TYPES)]
