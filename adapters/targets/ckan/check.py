"""Whether a CKAN can be imported into: is it there, which version, and what may the token's user do."""

import re
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.errors import ServiceUnavailable, SettingError, TargetError
from harvesters.http.failures import redact

SUPPORTED = ("2.10", "2.11", "2.12")
FOR_SYSADMINS = "config_option_list"
"""Shows which settings can be edited: changes nothing, and CKAN lets sysadmins only."""


def check(api: ActionAPI) -> str:
    """One line about the CKAN. Raises SettingError that says how to set it right, ServiceUnavailable when CKAN is down."""
    where = redact(api.url)
    version = str(_status(api, where).get("ckan_version") or "of unknown version")
    _check_rights(api, where)
    supported = any(re.match(rf"{re.escape(prefix)}(\D|$)", version) for prefix in SUPPORTED)
    tested = "" if supported else f" (warning: harvestlog is made for CKAN {SUPPORTED[0]} to {SUPPORTED[-1]})"
    return f"CKAN {version} at {where}{tested}"


def _status(api: ActionAPI, where: str) -> dict[str, Any]:
    try:
        status = api.call("status_show", {})
    except TargetError as error:
        if error.retryable and error.code != "bad_answer":
            raise ServiceUnavailable(f"The CKAN named by HARVEST_CKAN_URL can't be used now: {error}") from error
        raise SettingError(
            f"HARVEST_CKAN_URL={where}: no CKAN answers there; set it to the address of CKAN's front page. {error}"
        ) from error
    if not isinstance(status, dict):
        raise SettingError(
            f"HARVEST_CKAN_URL={where}: what answers there is no CKAN; set it to the address of CKAN's front page"
        )
    return status


def _check_rights(api: ActionAPI, where: str) -> None:
    try:
        api.call(FOR_SYSADMINS, {})
    except Refusal as error:
        if error.status != 403:
            raise SettingError(f"{where} did not say what the user of HARVEST_CKAN_TOKEN may do: {error}") from error
        raise SettingError(_missing(api)) from error
    except TargetError as error:
        raise ServiceUnavailable(f"The CKAN named by HARVEST_CKAN_URL can't be used now: {error}") from error


def _missing(api: ActionAPI) -> str:
    make = "make one with `ckan user token add <sysadmin> harvestlog`, or on a sysadmin's page"
    if not api.has_token:
        return f"HARVEST_CKAN_TOKEN is not set: {make}"
    user = _user(api)
    if user is None:
        return f"HARVEST_CKAN_TOKEN is not valid there (wrong, expired or revoked): {make}"
    return (
        f"The user {user} of HARVEST_CKAN_TOKEN is no sysadmin, and only a sysadmin may give datasets their ids: "
        f"run `ckan sysadmin add {user}`, or use a sysadmin's token"
    )


def _user(api: ActionAPI) -> str | None:
    """Whose the token is; CKAN takes a token that it doesn't know for an anonymous visitor's."""
    try:
        user = api.find("user_show", {})
    except TargetError:
        return None
    return str(user["name"]) if user and user.get("name") else None
