"""The action that shows the settings."""

import os
from dataclasses import fields
from typing import Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.settings import CKAN_INI, Settings, configuration, idle_options, unknown
from domain.access import Right
from domain.secrets import MASK, mask_text


class ConfigShow(Parameters):
    """`only_set`: leave out settings that have their default value."""

    only_set: bool = False


@action(Right.SYSADMIN, ConfigShow, reads=True, listed="settings")
def harvest_config_show(_session: Session, parameters: ConfigShow) -> dict[str, Any]:
    """Each setting with its value and where the value comes from, and what is set but has no effect. Secrets are masked."""
    read = configuration()
    rows = [
        {"setting": f"HARVEST_{f.name.upper()}", "value": _shown(read.settings, f), "from": read.origins.get(f.name, "default")}
        for f in fields(Settings)
        if f.name in read.origins or not parameters.only_set
    ]
    return {"settings": rows, "without_effect": [*unknown(), *idle_options(), *_unread_ini()]}


def _shown(settings: Settings, field: Any) -> Any:
    value = getattr(settings, field.name)
    if value and not field.repr:
        return MASK
    return mask_text(str(value)) if isinstance(value, str) or not isinstance(value, bool | int | float) else value


def _unread_ini() -> list[str]:
    """CKAN_INI itself is not followed: it may be set for other reasons, and would lead into CKAN's database."""
    path = os.environ.get("CKAN_INI")
    if not path or os.environ.get(CKAN_INI):
        return []
    return [f"CKAN_INI={path} is not read: give that file with -c, or set {CKAN_INI}"]
