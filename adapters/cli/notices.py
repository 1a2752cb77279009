"""`notices`, `test-mail`, `recipients`, `subscribe`, `unsubscribe`, `subscriptions`."""

from typing import Any

import click

from adapters.cli.output import after_option, emit, json_option, limit_option, more, session, table

Row = dict[str, Any]
EVERYBODY = "*"


@click.command()
@click.option("--unsent", is_flag=True, help="Only what was not sent, and why not.")
@click.option("--source", default="", help="Only of this source (id or name).")
@limit_option()
@after_option("notice")
@click.option("--retry", is_flag=True, help="Try again now what failed, including what was given up on.")
@click.option("--drop", is_flag=True, help="Forget what failed: it is not tried again.")
@json_option
def notices(unsent: bool, source: str, limit: int, after: str, retry: bool, drop: bool, as_json: bool) -> None:
    """List mail and webhook events, show which were not sent and why, and try them again.

    What was sent is listed for 30 days; the event log keeps it.
    """
    if retry and drop:
        raise click.UsageError("Either --retry or --drop")
    with session() as actions:
        if retry or drop:
            answer = actions.call("harvest_notice_retry" if retry else "harvest_notice_drop")
            emit(answer, as_json, lambda: _done(answer))
            return
        answer = actions.call("harvest_notice_list", unsent=unsent, source_id=source, limit=limit, after=after or None)
        emit(answer, as_json, lambda: _text(answer, unsent))


def _done(answer: Row) -> str:
    [(outcome, number)] = answer.items()
    result = "will be tried again within seconds, by the coordinator" if outcome == "retried" else "are forgotten"
    return f"{number} {'notice' if number == 1 else 'notices'} {result}" if number else "There are no notices that failed"


def _text(answer: Row, unsent: bool) -> str:
    rows = [
        {
            "created": f"{row['created']:%Y-%m-%d %H:%M:%S}",
            "state": row["state"],
            "channel": row["channel"],
            "kind": row["kind"].rpartition(".")[2],
            "recipient": row["recipient"],
            "source": row["source"],
            "attempts": row["attempts"],
            "why not": row["error"] or "",
        }
        for row in answer["notices"]
    ]
    nothing = "Everything was sent" if unsent else "There are no notices"
    return "\n".join([*(table(rows) if rows else [nothing]), *more(answer["next"])])


@click.command("test-mail")
@click.argument("address")
@json_option
def test_mail(address: str, as_json: bool) -> None:
    """Send a mail to ADDRESS, to see whether the settings are right."""
    with session() as actions:
        answer = actions.call("harvest_mail_test", address=address)
        emit(answer, as_json, lambda: f"{answer['server']} took a mail from {answer['from']} to {answer['sent_to']}")


@click.command()
@click.argument("source")
@json_option
def recipients(source: str, as_json: bool) -> None:
    """Show who gets mail about SOURCE (id or name), and why."""
    with session() as actions:
        people = actions.call("harvest_get_notifications_recipients", source_id=source)
        emit(people, as_json, lambda: "\n".join(table(people)) if people else f"Nobody gets mail about {source}")


@click.command()
@click.argument("address", required=False)
@click.argument("source", required=False)
@click.option("--everybody", is_flag=True, help="In place of ADDRESS: undo `unsubscribe --everybody`.")
@json_option
def subscribe(address: str | None, source: str | None, everybody: bool, as_json: bool) -> None:
    """Send mail about SOURCE (id or name) to ADDRESS.

    Without SOURCE: ADDRESS again gets the mail of an admin, after `unsubscribe ADDRESS`.
    """
    _change("harvest_subscribe", address, source, everybody, as_json)


@click.command()
@click.argument("address", required=False)
@click.argument("source", required=False)
@click.option("--everybody", is_flag=True, help="In place of ADDRESS: nobody gets mail about SOURCE.")
@json_option
def unsubscribe(address: str | None, source: str | None, everybody: bool, as_json: bool) -> None:
    """Send ADDRESS no mail about SOURCE, or about any source, even if it is an admin's."""
    _change("harvest_unsubscribe", address, source, everybody, as_json)


def _change(action: str, address: str | None, source: str | None, everybody: bool, as_json: bool) -> None:
    if everybody:
        if source is not None:
            raise click.UsageError("Either ADDRESS or --everybody")
        address, source = EVERYBODY, address
    if address is None:
        raise click.UsageError("Name an ADDRESS, or --everybody and a SOURCE")
    with session() as actions:
        answer = actions.call(action, address=address, source_id=source)
        emit(answer, as_json, lambda: _wishes(answer))


@click.command()
@click.argument("source", required=False)
@json_option
def subscriptions(source: str | None, as_json: bool) -> None:
    """Show who wants mail about which source, and who wants none."""
    with session() as actions:
        answer = actions.call("harvest_subscription_list", source_id=source)
        emit(answer, as_json, lambda: _wishes(answer))


def _wishes(answer: Row) -> str:
    rows = [
        {
            "address": "everybody" if row["address"] == EVERYBODY else row["address"],
            "source": row["source"] or "every source",
            "mail": "yes" if row["wants"] else "none",
            "since": f"{row['since']:%Y-%m-%d %H:%M:%S}",
            "by": row["by"],
        }
        for row in answer["subscriptions"]
    ]
    return "\n".join(table(rows)) if rows else "No subscriptions: admins get mail, as the settings say"
