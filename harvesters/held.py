"""What a source holds for a guid already: a harvester may ask the remote for what changed since, and nothing else."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID


class Held(Protocol):
    """A dataset as it was imported last."""

    @property
    def package_id(self) -> str | None:
        """The package, None when the harvester made none."""

    @property
    def object_id(self) -> UUID:
        """The object that it was imported from."""

    @property
    def content_hash(self) -> str | None:
        """The sha256 of its document in hex, None when it had none."""

    @property
    def metadata_modified(self) -> str | None:
        """When the record was changed at the remote, as gather said (ISO 8601, UTC without zone), None when it didn't."""

    @property
    def validators(self) -> Mapping[str, str]:
        """`etag` and `last_modified` of the response that its document came in, as far as fetch_stage handed them on."""
