"""Persons, organisations, roles and tokens of our own: what actions say, and whose a token is."""

from typing import Any
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.mail.recipients import Recipients
from adapters.postgres.persons import OwnPeople
from adapters.postgres.subscriptions import Subscriptions
from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized, NotFound, Refused, UnknownToken, ValidationError

UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000dead"


@pytest.fixture
def session(parts: Parts) -> Session:
    return Session(parts)


def enter(session: Session, *names: str) -> None:
    for name in names:
        session.call("harvest_person_create", name=name)


def by_token(session: Session, token: str, **headers: str) -> Session:
    return Session(session.parts, session.parts.callers.caller({"authorization": token, **headers}))


def token_of(session: Session, person: str, **more: Any) -> str:
    token: str = session.call("harvest_token_create", person=person, name="tests", **more)["token"]
    return token


# persons and organisations


def test_a_person_goes_through_a_life(session: Session) -> None:
    session.call("harvest_person_create", name="another-sysadmin", sysadmin=True)
    created = session.call("harvest_person_create", name="anna", title="Anna A.", email="Anna@Example.org")
    changed = session.call("harvest_person_patch", id="anna", sysadmin=True)

    assert (created["email"], created["sysadmin"], created["active"], created["roles"]) == ("anna@example.org", False, True, {})
    assert changed == {**created, "sysadmin": True}
    assert session.call("harvest_person_show", id=created["id"]) == changed
    assert session.call("harvest_person_delete", id="anna") == changed
    with pytest.raises(NotFound):
        session.call("harvest_person_show", id="anna")


def test_persons_and_organisations_are_listed_page_by_page(session: Session) -> None:
    enter(session, "cleo", "anna", "bert")
    for name in ("zkm", "bka", "dwd"):
        session.call("harvest_organization_create", name=name)

    persons = session.call("harvest_person_list", limit=2)
    organizations = session.call("harvest_organization_list", limit=2)

    assert (persons["count"], [row["name"] for row in persons["persons"]], persons["next"]) == (3, ["anna", "bert"], "bert")
    assert [row["name"] for row in session.call("harvest_person_list", after="bert")["persons"]] == ["cleo"]
    assert [row["name"] for row in organizations["organizations"]] == ["bka", "dwd"]
    assert [row["name"] for row in session.call("harvest_organization_list", after="dwd")["organizations"]] == ["zkm"]


@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ("harvest_person_create", {"name": "Anna"}, "name"),
        ("harvest_person_create", {"name": "a"}, "name"),
        ("harvest_person_create", {"name": "cli"}, "name"),
        ("harvest_person_create", {"name": "taken"}, "name"),
        ("harvest_person_create", {"name": "anna", "email": "anna"}, "email"),
        ("harvest_person_create", {"name": "anna", "title": "x" * 201}, "title"),
        ("harvest_organization_create", {"name": "Org"}, "name"),
        ("harvest_organization_create", {"name": "org"}, "name"),
        ("harvest_organization_member_create", {"id": "org", "username": "taken", "role": "emperor"}, "role"),
        ("harvest_token_create", {"person": "taken", "name": ""}, "name"),
        ("harvest_token_create", {"person": "taken", "name": "x", "scope": "all"}, "scope"),
        ("harvest_token_create", {"person": "taken", "name": "x", "expires": "soon"}, "expires"),
        ("harvest_token_create", {"person": "taken", "name": "x", "expires": "0d"}, "expires"),
        ("harvest_token_create", {"person": "taken", "name": "x", "expires": "2020-01-01"}, "expires"),
        ("harvest_token_create", {"person": "taken", "name": "x", "service": True}, "person"),
        ("harvest_token_create", {"name": "x"}, "person"),
    ],
)
def test_wrong_values_are_named_by_field(session: Session, action: str, values: dict[str, Any], field: str) -> None:
    enter(session, "taken")
    session.call("harvest_organization_create", name="org")

    with pytest.raises(ValidationError) as refused:
        session.call(action, **values)

    assert refused.value.errors.keys() == {field}


def test_an_organisation_with_sources_stays_since_the_next_of_its_name_would_get_them(session: Session) -> None:
    organization = session.call("harvest_organization_create", name="org")
    fields = {"url": "http://127.0.0.1/one", "source_type": "noop", "owner_org": organization["id"]}
    session.call("harvest_source_create", name="one", **fields)

    with pytest.raises(Refused, match="1 source belongs to org"):
        session.call("harvest_organization_delete", id="org")

    session.call("harvest_source_patch", id="one", owner_org="")
    assert session.call("harvest_organization_delete", id="org")["name"] == "org"


def test_roles_are_given_changed_and_taken(session: Session) -> None:
    enter(session, "anna")
    session.call("harvest_organization_create", name="org")

    for role in ("member", "admin"):
        session.call("harvest_organization_member_create", id="org", username="anna", role=role)
    shown = session.call("harvest_organization_show", id="org")
    session.call("harvest_organization_member_delete", id="org", username="anna")

    assert [(user["name"], user["role"]) for user in shown["users"]] == [("anna", "admin")]
    assert session.call("harvest_person_show", id="anna")["roles"] == {}
    with pytest.raises(NotFound, match="anna has no role in org"):
        session.call("harvest_organization_member_delete", id="org", username="anna")


def test_an_organisations_admin_says_who_is_what_in_it_and_in_no_other(session: Session) -> None:
    enter(session, "anna", "bert")
    for name in ("org", "other"):
        session.call("harvest_organization_create", name=name)
    session.call("harvest_organization_member_create", id="org", username="anna", role="admin")
    anna = by_token(session, token_of(session, "anna"))

    anna.call("harvest_organization_member_create", id="org", username="bert", role="editor")
    with pytest.raises(NotAuthorized) as refused:
        anna.call("harvest_organization_member_create", id="other", username="bert", role="editor")
    with pytest.raises(NotAuthorized) as unknown:
        anna.call("harvest_organization_member_create", id="nowhere", username="bert", role="editor")

    assert str(refused.value) == str(unknown.value)
    assert session.call("harvest_person_show", id="bert")["roles"] == {"org": "editor"}
    assert [row["name"] for row in anna.call("harvest_organization_list")["organizations"]] == ["org"]
    assert anna.call("harvest_organization_list")["count"] == 1


# tokens


def test_a_token_is_its_persons_and_stored_nowhere(session: Session, parts: Parts) -> None:
    enter(session, "anna")
    session.call("harvest_organization_create", name="org")
    session.call("harvest_organization_member_create", id="org", username="anna", role="editor")

    created = session.call("harvest_token_create", person="anna", name="nightly", scope="read, harvest_job_*", expires="90d")
    caller = parts.callers.caller({"authorization": created["token"]})

    organization = session.call("harvest_organization_show", id="org")["id"]
    assert (caller.name, caller.sysadmin, caller.scope) == ("anna", False, frozenset({"read", "harvest_job_*"}))
    assert caller.roles == {"org": "editor", organization: "editor"}
    assert created["token"].startswith("hl_")
    assert len(created["token"]) == 3 + 43  # 256 bits
    stored = parts.database.query("SELECT row_to_json(t)::text FROM ops.token t")[0][0]
    assert created["token"][3:] not in stored
    assert "token" not in session.call("harvest_token_list")["tokens"][0]


def test_rights_that_are_taken_are_gone_at_the_next_call(session: Session) -> None:
    enter(session, "anna")
    session.call("harvest_organization_create", name="org")
    session.call("harvest_organization_member_create", id="org", username="anna", role="editor")
    token = token_of(session, "anna")
    assert by_token(session, token).caller.roles

    session.call("harvest_organization_member_delete", id="org", username="anna")

    assert by_token(session, token).caller.roles == {}


@pytest.mark.parametrize("how", ["revoked", "expired", "inactive", "removed", "guessed", "cut"])
def test_a_token_that_is_no_longer_good_is_refused_like_one_that_never_was(session: Session, parts: Parts, how: str) -> None:
    enter(session, "anna")
    created = session.call("harvest_token_create", person="anna", name="tests")
    token = created["token"]
    assert parts.callers.caller({"authorization": token}).name == "anna"

    if how == "revoked":
        session.call("harvest_token_revoke", id=created["id"])
    elif how == "expired":
        parts.database.query("UPDATE ops.token SET expires_at = now()")
    elif how == "inactive":
        session.call("harvest_person_patch", id="anna", active=False)
    elif how == "removed":
        session.call("harvest_person_delete", id="anna")
    else:
        token = token[:-1] if how == "cut" else "hl_" + "A" * 43

    with pytest.raises(UnknownToken, match=r"^The API token is unknown, expired or revoked$"):
        parts.callers.caller({"authorization": token})


def test_the_last_use_of_a_token_is_kept_and_written_once_a_minute(session: Session, parts: Parts) -> None:
    enter(session, "anna")
    token = token_of(session, "anna")
    assert session.call("harvest_token_list")["tokens"][0]["last_used"] is None

    def written() -> Any:
        return parts.database.query("SELECT last_used_at, xmin::text FROM ops.token")[0]

    by_token(session, token)
    first = written()
    by_token(session, token)
    second = written()
    parts.database.query("UPDATE ops.token SET last_used_at = now() - interval '61 seconds'")
    by_token(session, token)

    assert first[0] is not None
    assert first == second
    assert written()[0] > first[0]


def test_persons_make_list_and_revoke_their_own_tokens_and_no_others(session: Session) -> None:
    enter(session, "anna", "bert")
    berts = session.call("harvest_token_create", person="bert", name="berts")
    anna = by_token(session, token_of(session, "anna"))

    own = anna.call("harvest_token_create", name="second", scope="read")
    assert {row["person"] for row in anna.call("harvest_token_list")["tokens"]} == {"anna"}
    assert anna.call("harvest_token_revoke", id=own["id"])["revoked_by"] == "anna"
    refusals = []
    for token_id in (berts["id"], UNKNOWN):
        with pytest.raises(NotAuthorized) as refused:
            anna.call("harvest_token_revoke", id=token_id)
        refusals.append(str(refused.value))
    for action, values in (
        ("harvest_token_create", {"person": "bert", "name": "x"}),
        ("harvest_token_create", {"person": "nobody", "name": "x"}),
        ("harvest_token_create", {"service": True, "name": "x"}),
        ("harvest_token_list", {"person": "bert"}),
    ):
        with pytest.raises(NotAuthorized):
            anna.call(action, **values)

    assert len(set(refusals)) == 1
    assert session.parts.callers.caller({"authorization": berts["token"]}).name == "bert"


def test_a_token_for_less_makes_none_for_more(session: Session) -> None:
    session.call("harvest_person_create", name="root", sysadmin=True)
    for scope in ("read", "write", "harvest_*"):
        root = by_token(session, token_of(session, "root", scope=scope))
        for action, values in (
            ("harvest_token_create", {"name": "x"}),
            ("harvest_person_create", {"name": "bert"}),
            ("harvest_token_revoke", {"id": UNKNOWN}),
        ):
            with pytest.raises(NotAuthorized):
                root.call(action, **values)


def test_a_services_token_says_for_whom_it_calls(session: Session, parts: Parts) -> None:
    created = session.call("harvest_token_create", service=True, name="ckan", scope="write", expires="never")
    token = created["token"]

    caller = parts.callers.caller(
        {"authorization": f"Bearer {token}", "x-harvest-caller": '{"name": "anna", "organizations": {"org": "admin"}}'}
    )

    assert (created["service"], created["person"], created["expires"]) == (True, None, None)
    assert caller == Caller("anna", False, {"org": "admin"}, frozenset({"write"}))
    with pytest.raises(ValidationError, match="X-Harvest-Caller"):
        parts.callers.caller({"authorization": token})
    session.call("harvest_token_revoke", id=created["id"])
    with pytest.raises(UnknownToken):
        parts.callers.caller({"authorization": token, "x-harvest-caller": "{}"})


def test_a_persons_token_doesnt_say_for_whom_it_calls(session: Session, parts: Parts) -> None:
    enter(session, "anna")
    headers = {"authorization": token_of(session, "anna"), "x-harvest-caller": '{"name": "root", "sysadmin": true}'}

    assert parts.callers.caller(headers) == Caller("anna")
    with pytest.raises(UnknownToken):
        parts.callers.caller({**headers, "authorization": headers["authorization"].replace("hl_", "hls_")})


def test_who_calls_is_told(session: Session) -> None:
    enter(session, "anna")

    assert by_token(session, token_of(session, "anna", scope="read")).call("harvest_caller_show") == {
        "name": "anna",
        "sysadmin": False,
        "roles": {},
        "scope": ["read"],
    }
    assert Session(session.parts, ANONYMOUS).call("harvest_caller_show")["name"] == ""


def test_sysadmins_and_admins_of_a_sources_organisation_get_mail_about_it(session: Session, parts: Parts) -> None:
    session.call("harvest_person_create", name="root", email="root@example.org", sysadmin=True)
    session.call("harvest_organization_create", name="org")
    for name, role in (("anna", "admin"), ("bert", "editor"), ("gone", "admin")):
        session.call("harvest_person_create", name=name, email=f"{name}@example.org")
        session.call("harvest_organization_member_create", id="org", username=name, role=role)
    session.call("harvest_person_patch", id="gone", active=False)

    people = Recipients(Subscriptions(parts.database), "", OwnPeople(parts.database)).of(UUID(UNKNOWN), "org")

    assert {(person.address, person.why) for person in people} == {
        ("root@example.org", "sysadmin"),
        ("anna@example.org", "admin of its organisation"),
    }


def test_a_token_for_one_action_is_answered_what_it_did(session: Session) -> None:
    session.call("harvest_person_create", name="root", sysadmin=True)
    session.call("harvest_source_create", name="one", url="http://127.0.0.1/one", source_type="noop")
    removing = by_token(session, token_of(session, "root", scope="harvest_source_delete"))

    assert removing.call("harvest_source_delete", id="one")["source"]["name"] == "one"
