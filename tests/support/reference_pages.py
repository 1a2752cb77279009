"""The generated part of docs/commands.md: every command with its arguments and options, as `--help` has them; and the table of
options in docs/ckan.md.

`python -m tests.support.reference_pages` writes it; tests/unit/test_reference_pages.py fails when it is behind.
"""

import json
from collections.abc import Iterator

import click
from pydantic.fields import FieldInfo

from adapters.actions.parameters import is_needed
from adapters.actions.table import Action, api_actions
from adapters.cli.main import main
from adapters.web.api import GET_TOO
from domain.access import Right
from tests.support import option_tests
from tests.support.stack import ROOT

API_PAGE = ROOT / "docs" / "api.md"
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
MARK = "## Reference\n"
HEAD = f"{MARK}\nWritten by `python -m tests.support.reference_pages` from what `--help` says.\n"


def reference() -> str:
    """All commands, in the order of `harvester --help`."""
    return HEAD + "".join(_section(context) for context in _commands(click.Context(main, info_name="harvester")))


def _commands(group: click.Context) -> Iterator[click.Context]:
    assert isinstance(group.command, click.Group)
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        assert command is not None
        if command.hidden:
            continue
        context = click.Context(command, parent=group, info_name=name)
        if isinstance(command, click.Group):
            yield from _commands(context)
        else:
            yield context


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [
        f"\n### {context.command_path.removeprefix('harvester ')}\n",
        f"\n    {usage}\n",
        f"\n{_text(command.help or '')}\n",
    ]
    records = [option.get_help_record(context) for option in command.get_params(context)]
    rows = [f"| `{_cell(names)}` | {_cell(said)} |\n" for names, said in filter(None, records) if not names.endswith("--help")]
    if rows:
        lines += ["\n| option | meaning |\n| --- | --- |\n", *rows]
    return "".join(lines)


def _text(text: str) -> str:
    """Help as Markdown: a paragraph that click leaves as it is (marked by a backspace) keeps its lines."""
    return "\n\n".join(_lines(part) if "\b" in part else " ".join(part.split()) for part in text.split("\n\n"))


def _lines(paragraph: str) -> str:
    return "\n".join(f"    {line.strip()}" for line in paragraph.replace("\b", "").splitlines() if line.strip())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def with_reference(page: str) -> str:
    """The page with its reference replaced."""
    return page.partition(MARK)[0].rstrip("\n") + "\n\n" + reference()


API_HEAD = f"{MARK}\nWritten by `python -m tests.support.reference_pages` from the table of actions.\n"


def api_reference() -> str:
    """All actions that may be called over HTTP, by name."""
    return API_HEAD + "".join(_action(action) for _, action in sorted(api_actions().items()))


def _action(action: Action) -> str:
    who = WHO_ELSE.get(action.name) or WHO[action.right]
    method = "GET, POST" if action.reads or action.name in GET_TOO else "POST"
    lines = [f"\n### {action.name}\n", f"\n{_text(action.run.__doc__ or '')}\n", f"\n{method}; who may: {who}.\n"]
    if fields := action.parameters.model_fields:
        lines.append(f"\n{_text(action.parameters.__doc__ or '')}\n\n| parameter | default |\n| --- | --- |\n")
        lines += [
            f"| `{field.alias or name}` | {'required' if is_needed(action.parameters, name) else _default(action, field)} |\n"
            for name, field in fields.items()
        ]
    return "".join(lines)


def _default(action: Action, field: FieldInfo) -> str:
    if action.name.endswith("_patch"):  # what isn't given stays as it is
        return "–"
    value = field.get_default(call_default_factory=True)
    return "–" if value in (None, "") else f"`{_cell(json.dumps(value, default=str))}`"


WHO = {
    Right.ANYONE: "anyone",
    Right.PERSON: "whoever has a token",
    Right.READ: "anyone for a public source, its organisation for a private one",
    Right.CREATE: "editors and admins of the organisation that is to own it",
    Right.EDIT: "editors and admins of the source's organisation",
    Right.ADMIN: "admins of the organisation",
    Right.SYSADMIN: "sysadmins",
}
WHO_ELSE = {"harvest_organization_show": "members, editors and admins of the organisation"}
"""Of actions that are about no source."""


def with_api_reference(page: str) -> str:
    """The page on the API with its reference replaced."""
    return page.partition(MARK)[0].rstrip("\n") + "\n\n" + api_reference()


if __name__ == "__main__":
    option_tests.PAGE.write_text(option_tests.with_options(option_tests.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    API_PAGE.write_text(with_api_reference(API_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    COMMANDS_PAGE.write_text(with_reference(COMMANDS_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
