"""A process's shares of remote hosts: table ops.host_lease. The rule is in `ops.lease_host`, so that it is one round trip."""

from adapters.postgres.database import Database

LEASE = 10.0  # seconds that a share is kept for a process when nothing is heard of it
TURN = 2.0  # seconds that a process may use a host while others wait for their turn

ASK = """
    SELECT ops.lease_host(%(host)s, %(holder)s, %(most)s, %(wanted)s, %(in_use)s, %(lease)s, %(turn)s)
"""


class HostLeases:
    """The shares of one process, whose name nobody else has."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder

    def ask(self, host: str, *, limit: int, wanted: int, in_use: int) -> int:
        """How many requests this process may have under way to a host, where all together may have `limit`.

        It says how many it has, and would have; zero for both gives its share back. Call it every second, since a share is
        lost after 10. Raises ServiceUnavailable.
        """
        values = {"host": host, "holder": self._holder, "most": limit, "wanted": wanted, "in_use": in_use}
        return int(self._database.query(ASK, **values, lease=LEASE, turn=TURN)[0][0])
