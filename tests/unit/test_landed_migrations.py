"""A migration that has landed is never changed: databases out there ran it, and won't run it again.

Add the hashes of new ones to tests/golden/migrations.sha256 when they have landed.
"""

import hashlib
from pathlib import Path

from adapters.postgres.database import migrations

HASHES = Path(__file__).parents[1] / "golden" / "migrations.sha256"  # as sha256sum writes them


def test_a_landed_migration_is_what_it_was() -> None:
    landed = {name: digest for digest, name in map(str.split, HASHES.read_text(encoding="utf-8").splitlines())}
    now = {f"{name}.sql": hashlib.sha256(sql.encode()).hexdigest() for name, sql in migrations().items()}
    assert landed
    assert {name: now.get(name) for name in landed} == landed
