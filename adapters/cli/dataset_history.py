"""`history`."""

from typing import Any

import click

from adapters.cli.output import after_option, emit, json_option, limit_option, more, session, table

Row = dict[str, Any]


@click.command()
@click.argument("dataset")
@click.argument("new", required=False, default="")
@click.option("--at", default="", help="How it was at this time, e.g. 2026-03-01T06:00 (UTC).")
@click.option("--version", default="", help="How it was in the version of this object.")
@click.option("--diff", "old", metavar="OLD", default="", help="What differs between the versions of two objects, OLD and NEW.")
@limit_option(50, "versions")
@after_option("version's object")
@json_option
def history(dataset: str, new: str, at: str, version: str, old: str, limit: int, after: str, as_json: bool) -> None:
    """Show the versions of DATASET, how it was at a time, or what changed.

    Versions come newest first, each with the job that added, updated or deleted the dataset. DATASET is the id or name of a
    package, or the id of any harvest object of it. With `--at` or `--version` its fields as they were then; with `--diff` what
    changed between two versions (up to NEW, or the newest one).
    """
    with session() as actions:
        if old or new:
            answer = actions.call("harvest_dataset_version_diff", id=dataset, old=old or None, new=new or None)
            emit(answer, as_json, lambda: _diff_text(answer))
        elif at or version:
            answer = actions.call("harvest_dataset_version_show", id=dataset, version=version or None, at=at or None)
            emit(answer, as_json, lambda: _version_text(answer))
        else:
            answer = actions.call("harvest_dataset_history_list", id=dataset, limit=limit, after=after)
            emit(answer, as_json, lambda: _list_text(answer))


def _list_text(answer: Row) -> str:
    rows = [
        {
            "version": row["number"],
            "time": row["at"],
            "what": row["removed"] or row["what"],
            "job": row["job_id"],
            "kind": row["kind"],
            "by": row["by"] or row["trigger"],
            "object": row["object_id"],
        }
        for row in answer["versions"]
    ]
    gone = ["Earlier versions are no longer kept"] if answer["earlier_gone"] and answer["next"] is None else []
    return "\n".join([_title(answer), *table(rows), *gone, *more(answer["next"])]) if rows else "No versions are kept"


def _version_text(answer: Row) -> str:
    row = answer["version"]
    if row is None:
        return f"{_title(answer)}\nIt was not there yet"
    lines = [f"{' / '.join(field['field'])}: {field['value']}" for field in answer["fields"]]
    if not answer["kept"]:
        lines = ["The document of this version is no longer kept"]
    if answer["more"]:
        lines.append("and further fields")
    return "\n".join([_title(answer), _named(row), *lines])


def _diff_text(answer: Row) -> str:
    heads = [_title(answer), *(f"{sign} {_named(row)}" for sign, row in (("-", answer["old"]), ("+", answer["new"])) if row)]
    if not answer["kept"]:
        return "\n".join([*heads, "One of the documents is no longer kept"])
    lines = []
    for difference in answer["differences"]:
        lines.append(" / ".join(difference["label"]))
        lines += [f"- {difference['before']}"] if difference["what"] != "added" else []
        lines += [f"+ {difference['after']}"] if difference["what"] != "removed" else []
    if answer["more"]:
        lines.append("and further differences")
    return "\n".join([*heads, *(lines or ["The documents are the same"])])


def _title(answer: Row) -> str:
    dataset = answer["dataset"]
    return f"{dataset['title'] or dataset['guid']} (package {dataset['package_id'] or 'none'}, {dataset['state'] or 'unknown'})"


def _named(row: Row) -> str:
    return f"version {row['number']} of {row['of']}: {row['removed'] or row['what']} {row['at']} by job {row['job_id']}"
