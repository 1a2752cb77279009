"""The action that describes the others."""

import json

from adapters.actions.parameters import Parameters, Reference, is_needed
from adapters.actions.session import Session
from adapters.actions.table import action, api_actions
from domain.access import Right
from domain.errors import NotFound
from domain.nearest import did_you_mean


class HelpShow(Parameters):
    """`name`: the action."""

    name: Reference


@action(Right.ANYONE, HelpShow, reads=True)
def help_show(_session: Session, parameters: HelpShow) -> str:
    """What an action does, and its parameters, as text."""
    action = api_actions().get(parameters.name)
    if action is None:
        raise NotFound(f"Action {parameters.name} not found{did_you_mean(parameters.name, api_actions())}")
    named = [
        f":param {field.alias or name}: {_default(action.parameters, name)}"
        for name, field in action.parameters.model_fields.items()
    ]
    about = [(action.parameters.__doc__ or "").strip()] if named else []
    return "\n\n".join([(action.run.__doc__ or "").strip(), *about, "\n".join(named)]).strip()


def _default(model: type[Parameters], name: str) -> str:
    if is_needed(model, name):
        return "required"
    value = model.model_fields[name].get_default(call_default_factory=True)
    return "optional" if value in (None, "", [], {}) else f"optional, {json.dumps(value, default=str)} unless given"
