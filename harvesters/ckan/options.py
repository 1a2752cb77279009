"""The options of a CKAN source, declared; what they mean for a harvest is in `config.py`, which also has the checks."""

from typing import Any

from pydantic import Field, model_validator

from harvesters.ckan.config import CKANConfig
from harvesters.options import SourceOptions

NONE = "accepted, since ckanext-harvest's configurations have it, but without effect here"


class CKANOptions(SourceOptions):
    """All that a CKAN source may be told."""

    api_key: str | None = Field(
        None,
        description="sent as `Authorization` and as `X-CKAN-API-Key`. If the address has a user name and password, those are"
        " the `Authorization`, and the key is only in the other header",
        examples=["my-key"],
        json_schema_extra={"secret": True},
    )
    user_agent: str | None = Field(None, description="sent in place of harvestlog's", examples=["harvest of the city"])
    include_private: bool = Field(
        False,
        description="true: private datasets that the key may see are harvested, too, and are private here. Otherwise every"
        " dataset that the remote lists is public here, whatever its `private` says",
        examples=[True],
    )
    page_size: int = Field(500, description="datasets asked for at a time, 1 to 1,000", examples=[200])
    force_all: bool = Field(False, description="true: every harvest asks for everything", examples=[True])
    full_listing_days: float | None = Field(
        None,
        description="after this many days a harvest asks for everything by itself; 0: never; unset:"
        " `HARVEST_FULL_LISTING_DAYS` (7)",
        examples=[14],
    )
    organizations_filter_include: list[str] | None = Field(
        None,
        description="names of organisations, as in their addresses (not titles or ids): only their datasets",
        examples=[["parks", "transport"]],
    )
    organizations_filter_exclude: list[str] | None = Field(
        None,
        description="names of organisations: all datasets except theirs. Only one of the two filters may have names",
        examples=[["test"]],
    )
    groups_filter_include: list[str] | None = Field(
        None, description="names of groups, as in their addresses: only their datasets", examples=[["climate"]]
    )
    groups_filter_exclude: list[str] | None = Field(
        None,
        description="names of groups: all datasets except theirs. Only one of the two filters may have names",
        examples=[["archive"]],
    )
    remote_orgs: str | None = Field(
        None,
        description='`"only_local"`: a dataset keeps its organisation if one with that id or name exists here; `"create"`:'
        " a missing one is created. Otherwise, and where that fails, the dataset belongs to the source's organisation",
        examples=["create"],
    )
    remote_groups: str | None = Field(
        None,
        description='`"only_local"` or `"create"`, the same for groups; unset: the remote\'s groups are left out',
        examples=["only_local"],
    )
    default_groups: list[str] = Field(
        [],
        description="names or ids of groups that every dataset gets; the target CKAN must have them",
        examples=[["harvested"]],
    )
    default_tags: list[dict[str, Any]] = Field(
        [],
        description="tags that every dataset gets; with `vocabulary_id` (an id or a name) as tags of that vocabulary",
        examples=[[{"name": "harvested"}]],
    )
    clean_tags: bool | None = Field(False, description="true: tags are reduced to `a-z`, `0-9` and `-`", examples=[True])
    default_extras: dict[str, Any] = Field(
        {},
        description="extras that every dataset gets; `{dataset_id}`, `{harvest_source_id}`, `{harvest_source_url}`,"
        " `{harvest_source_title}`, `{harvest_job_id}` and `{harvest_object_id}` are filled in",
        examples=[{"harvest_url": "{harvest_source_url}/dataset/{dataset_id}"}],
    )
    override_extras: bool | None = Field(False, description="true: default extras replace the dataset's own", examples=[True])
    api_version: int | str | None = Field(
        None,
        description="1 or 2: the remote is read by that version of the REST API, which CKAN had before 2.8; unset or 3: by its"
        " action API, and where that has no search by whatever the remote offers (below)",
        examples=[2],
    )
    user: str | None = Field(
        None,
        description="must be a user of the target CKAN; imports are made by the user of `HARVEST_CKAN_TOKEN`"
        " ([parity.md](parity.md#user-and-read_only))",
        examples=["harvest"],
    )
    read_only: bool = Field(
        False,
        description="accepted, but without effect: who may edit a dataset is up to its organisation"
        " ([parity.md](parity.md#user-and-read_only))",
        examples=[True],
    )
    default_group_dicts: list[Any] = Field([], description=NONE, examples=[[]])

    @model_validator(mode="before")
    @classmethod
    def _in_known_words(cls, options: Any) -> Any:
        """What is wrong is said in the words that operators of ckanext-harvest know."""
        CKANConfig.of(options)
        return options
