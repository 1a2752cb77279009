"""What a stage changed of its object."""

from collections.abc import Mapping

from domain import text
from harvesters import results
from harvesters.base import Fetched, HarvestObject, HarvestObjectExtra


def document_of(view: HarvestObject) -> tuple[str | None, list[tuple[str, str]]]:
    """Its content and extras, to compare with what they were."""
    return view.content, [(extra.key, extra.value) for extra in view.extras]


def apply(fetched: Fetched, view: HarvestObject) -> None:
    """Set what fetch_stage returned. Raises PluginError."""
    content = results.document(fetched.content)
    if content is not None:
        decoded = content.decode("utf-8", "replace")
        view.content = fetched.content if type(fetched.content) is str and decoded == fetched.content else decoded  # kept once
    if texts := results.extra_texts(fetched.extras):
        view.extras.extend(HarvestObjectExtra(key, value) for key, value in texts.items())
    view.validators = fetched.validators or view.validators
    view.guid = view.guid if fetched.guid is None else results.identity(fetched.guid)


def new_extras(view: HarvestObject, before: Mapping[str, str]) -> dict[str, str]:
    """Extras that a stage added or changed; `status` is the object's action."""
    extras = {extra.key: extra.value for extra in view.extras}
    extras.pop("status", None)
    if extras.items() <= before.items():  # as after most stages
        return {}
    return {key: value for key, value in text.extras(extras).items() if before.get(key) != value}
