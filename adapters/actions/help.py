"""The action that explains the others."""

from adapters.actions.parameters import Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.table import action, api_actions
from domain.access import Right
from domain.errors import NotFound
from domain.nearest import did_you_mean


class HelpShow(Parameters):
    """The action's name."""

    name: Reference


@action(Right.ANYONE, HelpShow, reads=True)
def help_show(_session: Session, parameters: HelpShow) -> str:
    """What an action does, and its parameters, as text."""
    action = api_actions().get(parameters.name)
    if action is None:
        raise NotFound(f"Action {parameters.name} not found{did_you_mean(parameters.name, api_actions())}")
    named = [
        f":param {name}: {'required' if field.is_required() else f'optional, {field.get_default(call_default_factory=True)!r}'}"
        for name, field in action.parameters.model_fields.items()
    ]
    about = [(action.parameters.__doc__ or "").strip()] if named else []
    return "\n\n".join([(action.run.__doc__ or "").strip(), *about, "\n".join(named)]).strip()
