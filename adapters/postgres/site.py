"""Whose database it is: one site's, named in `ops.site`, and refused to all others.

Two sites in one database would take each other's jobs; two databases of one site would share its topics on Kafka.
"""

from adapters.postgres.database import Database, unavailable
from adapters.postgres.leadership import has_leader
from domain.errors import Refused, SettingError

EXISTS = "SELECT to_regclass('ops.site') IS NOT NULL"
SITE = "SELECT site_id FROM ops.site"
CLAIM = "INSERT INTO ops.site (site_id) VALUES (%(site)s) ON CONFLICT DO NOTHING"
CHANGE = "UPDATE ops.site SET site_id = %(site)s, since = now() WHERE site_id <> %(site)s RETURNING site_id"
ALIVE = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %(class)s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def site_of(database: Database) -> str:
    """The site whose database it is; "" while it is nobody's. Raises ServiceUnavailable."""
    with unavailable(database.url):
        if not database.query(EXISTS)[0][0]:
            return ""
        rows = database.query(SITE)
        return str(rows[0][0]) if rows else ""


def require_site(database: Database, site_id: str) -> None:
    """Raises SettingError when the database is another site's."""
    owner = site_of(database)
    if owner and owner != site_id:
        raise SettingError(
            f"The database belongs to site {owner}, and HARVEST_SITE_ID is {site_id}: set HARVEST_SITE_ID={owner}, or give "
            f"{site_id} a database of its own. To rename the site: stop all roles, then `harvester initdb --rename-site`"
        )


def claim(database: Database, site_id: str) -> None:
    """Make the database this site's if it is nobody's. Raises SettingError when it is another's."""
    database.query(CLAIM, site=site_id)
    require_site(database, site_id)


def rename(database: Database, site_id: str) -> bool:
    """Give the database's site another name; whether it had another one. Raises Refused while roles work on it."""
    from adapters.postgres.work.claims import PRESENCE_CLASS

    if site_of(database) in ("", site_id):
        return False
    if has_leader(database) or database.query(ALIVE, **{"class": PRESENCE_CLASS})[0][0]:
        raise Refused("Roles are at work on this database: stop all of them before the site gets another name")
    return bool(database.query(CHANGE, site=site_id))
