"""`org`, `person`, `token`: who may do what, where no CKAN says so; and tokens of services."""

from collections.abc import Callable
from typing import Any

import click

from adapters.cli.output import after_option, block, emit, json_option, limit_option, more, paging, session, table
from adapters.cli.typed import Choice

Row = dict[str, Any]


def _call(action: str, as_json: bool, text: Callable[[Any], str], **values: Any) -> None:
    with session() as actions:
        answer = actions.call(action, **values)
    emit(answer, as_json, lambda: text(answer))


@click.group()
def org() -> None:
    """Organisations that sources belong to, and the roles of persons in them."""


@org.command("create")
@click.argument("name")
@click.option("--title", default="", help="How it is shown.")
@json_option
def create_org(name: str, title: str, as_json: bool) -> None:
    """Add an organisation. NAME never changes: lowercase letters, digits, - and _."""
    _call("harvest_organization_create", as_json, lambda row: f"Created organisation {row['name']}", name=name, title=title)


@org.command("list")
@limit_option()
@after_option("organisation")
@json_option
def list_orgs(limit: int, after: str, as_json: bool) -> None:
    """List organisations by name."""
    _call("harvest_organization_list", as_json, _orgs, limit=limit, after=after)


def _orgs(answer: Row) -> str:
    rows = [{"name": row["name"], "title": row["title"], "members": row["members"]} for row in answer["organizations"]]
    nothing = "There are no organisations yet: `harvester org create NAME`"
    return "\n".join([*(table(rows) if rows else [nothing]), *more(answer["next"])])


@org.command("show")
@click.argument("organisation")
@limit_option()
@after_option("person")
@json_option
def show_org(organisation: str, limit: int, after: str, as_json: bool) -> None:
    """Show an ORGANISATION (id or name) and who has which role in it."""
    _call("harvest_organization_show", as_json, _org, id=organisation, limit=limit, after=after)


def _org(row: Row) -> str:
    fields = {name: row[name] for name in ("id", "name", "title", "members", "created", "created_by")}
    members = [{"person": user["name"], "role": user["role"], "since": _time(user["since"])} for user in row["users"]]
    return "\n".join([block(fields), *(table(members) or ["Nobody has a role in it"]), *more(row["next"])])


@org.command("edit")
@click.argument("organisation")
@click.option("--title", required=True, help="How it is shown.")
@json_option
def edit_org(organisation: str, title: str, as_json: bool) -> None:
    """Change the title of an ORGANISATION (id or name)."""
    show = lambda row: f"Changed organisation {row['name']}"  # noqa: E731
    _call("harvest_organization_patch", as_json, show, id=organisation, title=title)


@org.command("remove")
@click.argument("organisation")
@json_option
def remove_org(organisation: str, as_json: bool) -> None:
    """Remove an ORGANISATION (id or name) that no source belongs to."""
    _call("harvest_organization_delete", as_json, lambda row: f"Removed organisation {row['name']}", id=organisation)


@org.command("add-member")
@click.argument("organisation")
@click.argument("person")
@click.argument("role", type=Choice(["member", "editor", "admin"]))
@json_option
def add_member(organisation: str, person: str, role: str, as_json: bool) -> None:
    """Give a PERSON a ROLE in an ORGANISATION, replacing an earlier one.

    A member sees its private sources, an editor changes and harvests its sources, an admin also manages its members.
    """
    values = {"id": organisation, "username": person, "role": role}
    _call("harvest_organization_member_create", as_json, _role, **values)


def _role(row: Row) -> str:
    return f"{row['username']} is {row['role'] or 'nothing any more'} in {row['organization']}"


@org.command("remove-member")
@click.argument("organisation")
@click.argument("person")
@json_option
def remove_member(organisation: str, person: str, as_json: bool) -> None:
    """Remove a PERSON's role in an ORGANISATION."""
    _call("harvest_organization_member_delete", as_json, _role, id=organisation, username=person)


@click.group()
def person() -> None:
    """harvestlog's own persons, who sign in to the pages and call the Action API."""


@person.command("create")
@click.argument("name")
@click.option("--title", default="", help="The full name.")
@click.option("--email", default="", help="Where mail about harvests goes.")
@click.option("--sysadmin", is_flag=True, help="May do everything.")
@json_option
def create_person(name: str, title: str, email: str, sysadmin: bool, as_json: bool) -> None:
    """Add a person. NAME never changes: lowercase letters, digits, - and _."""
    values = {"name": name, "title": title, "email": email, "sysadmin": sysadmin}
    show = lambda row: f"Created person {row['name']}; `harvester token create {row['name']} PURPOSE` makes a token"  # noqa: E731
    _call("harvest_person_create", as_json, show, **values)


@person.command("list")
@limit_option()
@after_option("person")
@json_option
def list_persons(limit: int, after: str, as_json: bool) -> None:
    """List persons by name."""
    _call("harvest_person_list", as_json, _persons, limit=limit, after=after)


def _persons(answer: Row) -> str:
    rows = [
        {
            "name": row["name"],
            "full name": row["title"],
            "email": row["email"],
            "roles": _roles(row) or "-",
            "active": "yes" if row["active"] else "no",
        }
        for row in answer["persons"]
    ]
    nothing = "There are no persons yet: `harvester person create NAME`"
    return "\n".join([*(table(rows) if rows else [nothing]), *more(answer["next"])])


def _roles(row: Row) -> str:
    roles = ["sysadmin"] if row["sysadmin"] else []
    return ", ".join([*roles, *(f"{role} in {organisation}" for organisation, role in row["roles"].items())])


@person.command("show")
@click.argument("person")
@json_option
def show_person(person: str, as_json: bool) -> None:
    """Show a PERSON (id or name) and their roles in organisations."""
    _call("harvest_person_show", as_json, lambda row: block({**row, "roles": _roles(row) or "-"}).rstrip("\n"), id=person)


@person.command("edit")
@click.argument("person")
@click.option("--title", help="The full name.")
@click.option("--email", help="Where mail about harvests goes; empty: nowhere.")
@click.option("--sysadmin/--no-sysadmin", default=None, help="May do everything.")
@click.option("--active/--inactive", default=None, help="Whether their tokens are accepted.")
@json_option
def edit_person(
    person: str, title: str | None, email: str | None, sysadmin: bool | None, active: bool | None, as_json: bool
) -> None:
    """Change a PERSON (id or name); other fields stay as they are."""
    values = {"title": title, "email": email, "sysadmin": sysadmin, "active": active}
    _call("harvest_person_patch", as_json, lambda row: f"Changed person {row['name']}", id=person, **values)


@person.command("remove")
@click.argument("person")
@json_option
def remove_person(person: str, as_json: bool) -> None:
    """Remove a PERSON (id or name) with roles and tokens; what they did keeps their name."""
    _call("harvest_person_delete", as_json, lambda row: f"Removed person {row['name']}", id=person)


@click.group()
def token() -> None:
    """Create, list and revoke the tokens with which programs call the Action API."""


@token.command("create")
@click.argument("person_or_service")
@click.argument("purpose", required=False)
@click.option("--service", is_flag=True, help="The token of a service, whose calls say who they are for (docs/access.md).")
@click.option(
    "--scope",
    default="admin",
    show_default=True,
    help="What it allows: read, write, admin, or names of actions, with * (harvest_job_*); several with commas.",
)
@click.option("--expires", default="365d", show_default=True, help="After so many days (90d), at a time (UTC), or never.")
@json_option
def create_token(person_or_service: str, purpose: str | None, service: bool, scope: str, expires: str, as_json: bool) -> None:
    """Create a token for PERSON with a PURPOSE, and show it once. With --service: for the service of that name."""
    if service and purpose is not None:
        raise click.UsageError("A service's token has one name: harvester token create --service NAME")
    name = person_or_service if service else purpose or "command line"
    whose = {"service": True} if service else {"person": person_or_service}
    _call("harvest_token_create", as_json, _created, name=name, scope=scope, expires=expires, **whose)


def _created(row: Row) -> str:
    until = f"until {_time(row['expires'])}" if row["expires"] else "for ever"
    whose = f"the service {row['name']}" if row["service"] else row["person"]
    return f"{row['token']}\nThis token of {whose} is shown once; it allows {', '.join(row['scope'])}, {until}."


@token.command("list")
@click.argument("person", required=False)
@paging()
@json_option
def list_tokens(person: str | None, limit: int, offset: int, as_json: bool) -> None:
    """List tokens, newest first: of PERSON, or all with those of services."""
    _call("harvest_token_list", as_json, _tokens, person=person, limit=limit, offset=offset)


def _tokens(answer: Row) -> str:
    rows = [
        {
            "id": row["id"],
            "of": f"service {row['name']}" if row["service"] else row["person"],
            "for": "" if row["service"] else row["name"],
            "scope": ", ".join(row["scope"]),
            "state": _state(row),
            "last used": _time(row["last_used"]),
        }
        for row in answer["tokens"]
    ]
    return "\n".join(table(rows)) if rows else "There are no tokens"


def _state(row: Row) -> str:
    if row["revoked"]:
        return f"revoked {_time(row['revoked'])}"
    if not row["expires"]:
        return "valid" if row["valid"] else "person inactive"
    when = _time(row["expires"])
    return f"until {when}" if row["valid"] else f"person inactive, or expired {when}"


@token.command("revoke")
@click.argument("token_id")
@json_option
def revoke_token(token_id: str, as_json: bool) -> None:
    """Refuse the token with this id from now on."""
    _call("harvest_token_revoke", as_json, lambda row: f"Token {row['id']} is refused from now on", id=token_id)


def _time(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "-"
