"""The table of a CKAN source's options in docs/ckan.md: written from their declaration, with a test that shows each."""

from harvesters.ckan.options import CKANOptions
from harvesters.options import described
from tests.support.stack import ROOT

PAGE = ROOT / "docs" / "ckan.md"
BEGIN, END = "<!-- options: written by python -m tests.support.reference_pages -->\n", "<!-- end of options -->\n"
CONFIG, IMPORT = "tests/unit/test_ckan_harvester_config.py::", "tests/unit/test_ckan_harvester_import.py::"
FILTERS = "tests/unit/test_ckan_harvester_filters.py::test_each_combination_of_filters_holds_on_the_first_and_on_later_harvests"
BOTH = "tests/contract/test_ckan_options.py::"
DOCUMENTS = "tests/unit/test_ckan_harvester_documents.py::"
OLD = "tests/unit/test_ckan_harvester_old_remotes.py::"
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
    "include_private": f"{BOTH}test_private_datasets_come_where_they_are_asked_for_and_stay_private",
    "page_size": "tests/integration/test_ckan_harvester.py::test_every_dataset_is_gathered_with_its_content",
    "force_all": "tests/integration/test_ckan_harvester.py::test_everything_is_asked_for_on_demand",
    "full_listing_days": "tests/unit/test_ckan_harvester_gathering.py::test_the_interval_of_full_listings_is_an_option",
    "organizations_filter_include": FILTERS,
    "organizations_filter_exclude": FILTERS,
    "groups_filter_include": FILTERS,
    "groups_filter_exclude": FILTERS,
    "remote_orgs": f"{BOTH}test_remote_orgs_also_where_the_remote_has_them_as_groups",
    "remote_groups": f"{BOTH}test_remote_groups",
    "default_groups": f"{BOTH}test_default_groups",
    "default_tags": f"{BOTH}test_default_tags_and_clean_tags",
    "clean_tags": f"{BOTH}test_default_tags_and_clean_tags",
    "default_extras": f"{BOTH}test_default_extras_with_their_six_replacements_and_override",
    "override_extras": f"{BOTH}test_default_extras_with_their_six_replacements_and_override",
    "dataset_name_append": "tests/contract/test_target_rules.py::test_a_taken_name_gets_hex_digits_where_the_source_wants_them",
    "not_overwrite_fields": "tests/contract/test_target_rules.py::test_an_update_leaves_the_fields_that_are_to_be_kept",
    "api_version": f"{OLD}test_a_ckan_that_only_has_the_rest_api_is_harvested",
    "user": f"{CONFIG}test_what_the_target_lacks_is_named_when_the_source_is_entered",
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
