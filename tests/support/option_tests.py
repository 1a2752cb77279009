"""The table of a CKAN source's options in docs/ckan.md: written from their declaration, with a test that shows each."""

from harvesters.ckan.options import CKANOptions
from harvesters.options import described
from tests.support.stack import ROOT

PAGE = ROOT / "docs" / "ckan.md"
BEGIN, END = "<!-- options: written by python -m tests.support.reference_pages -->\n", "<!-- end of options -->\n"
CONFIG, IMPORT = "tests/unit/test_ckan_harvester_config.py::", "tests/unit/test_ckan_harvester_import.py::"
FILTERS = "tests/integration/test_ckan_harvester.py::test_filters_with_several_names_filter"
DOCUMENTS = "tests/unit/test_ckan_harvester_documents.py::"
NO_EFFECT = f"{CONFIG}test_a_good_configuration_is_stored_as_it_is"
HIDDEN = "tests/unit/test_stages_removal.py::"
HELD = "tests/integration/test_deletions.py::"
TESTS = {
    "on_taken_id": "tests/contract/test_target.py::test_a_source_that_may_adopts_and_owns_from_then_on",
    "on_removed": f"{HIDDEN}test_every_plugin_follows_the_policy",
    "deletion_grace_days": f"{HIDDEN}test_with_a_grace_period_a_dataset_is_hidden_and_the_day_is_known_when_it_goes",
    "hold_deletions_percent": "tests/unit/test_options.py::test_deletions_wait_by_the_policy_of_the_options",
    "hold_deletions_count": "tests/unit/test_options.py::test_deletions_wait_by_the_policy_of_the_options",
    "on_invalid_field": f"{DOCUMENTS}test_a_list_that_is_none_is_left_out_and_told_or_fails_where_the_source_wants_that",
    "unknown_fields": "tests/contract/test_target_fields.py::test_an_unknown_field_is_kept_where_it_is_or_as_an_extra",
    "languages": "tests/contract/test_target_fields.py::test_a_value_by_language_is_kept_in_one_that_is_the_same_everywhere",
    "mapping": "tests/unit/test_mapping.py::test_a_rule_changes_a_dataset",
    "api_key": f"{CONFIG}test_the_api_key_is_sent_and_not_shown",
    "user_agent": f"{CONFIG}test_the_api_key_is_sent_and_not_shown",
    "include_private": f"{CONFIG}test_private_datasets_are_asked_for_on_demand",
    "page_size": "tests/integration/test_ckan_harvester.py::test_every_dataset_is_gathered_with_its_content",
    "force_all": "tests/integration/test_ckan_harvester.py::test_everything_is_asked_for_on_demand",
    "full_listing_days": "tests/unit/test_ckan_harvester_gathering.py::test_the_interval_of_full_listings_is_an_option",
    "organizations_filter_include": FILTERS,
    "organizations_filter_exclude": FILTERS,
    "groups_filter_include": FILTERS,
    "groups_filter_exclude": FILTERS,
    "remote_orgs": f"{IMPORT}test_remote_orgs",
    "remote_groups": f"{IMPORT}test_remote_groups_create_makes_them_under_the_remote_id",
    "default_groups": f"{IMPORT}test_default_groups_are_named_or_looked_up",
    "default_tags": f"{IMPORT}test_default_tags_are_added_where_they_are_missing",
    "clean_tags": f"{IMPORT}test_tags_are_cleaned_on_request",
    "default_extras": f"{IMPORT}test_default_extras_fill_their_placeholders",
    "override_extras": f"{IMPORT}test_default_extras_override_on_request",
    "api_version": NO_EFFECT,
    "user": NO_EFFECT,
    "read_only": NO_EFFECT,
    "default_group_dicts": NO_EFFECT,
}
"""Option -> the test that shows what it does."""


def table() -> str:
    """One row for each option."""
    rows = ["| option | meaning | example | test |", "| --- | --- | --- | --- |"]
    for option in described(CKANOptions):
        default = f" (default `{option.default}`)" if option.default not in ("", "[]", "{}") else ""
        rows.append(f"| `{option.name}` | {option.meaning}{default} | `{option.example}` | `{TESTS[option.name]}` |")
    return "\n".join(rows) + "\n"


def with_options(page: str) -> str:
    """The page with its table replaced."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"
