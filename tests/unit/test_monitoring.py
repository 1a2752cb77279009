"""Alerts, dashboard and the page about them name metrics that there are."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.actions.metrics import METRICS
from adapters.web.metrics import HTTP, HTTP_HELP

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker" / "monitoring"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
LABELS = {metric.name: set(metric.labels) for metric in METRICS} | {
    f"{HTTP}{part}": {"route", "method", "status", "le"} for part in ("_bucket", "_count", "_sum")
}
NAME = re.compile(r"\bharvestlog_\w+")
SELECTOR = re.compile(r"\b(harvestlog_\w+)\{([^}]*)\}")


def alerts() -> list[dict[str, Any]]:
    text = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    dashboard: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return list(dashboard["panels"])


def expressions() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in alerts())
    yield from ((panel["title"], target["expr"]) for panel in panels() for target in panel["targets"])


@pytest.mark.parametrize(("where", "expression"), [pytest.param(*pair, id=pair[0]) for pair in expressions()])
def test_every_expression_asks_for_metrics_and_labels_that_there_are(where: str, expression: str) -> None:
    names = NAME.findall(expression)

    assert names, f"{where} asks for none of our metrics"
    for name in names:
        assert name in LABELS, f"{where}: there is no metric {name}"
    for name, labels in SELECTOR.findall(expression):
        for label in re.findall(r"(\w+)\s*[=!]", labels):
            assert label in LABELS[name], f"{where}: {name} has no label {label}"


def test_every_alert_says_what_happened_and_what_to_do_and_is_on_the_page() -> None:
    names = [rule["alert"] for rule in alerts()]

    assert len(names) == len(set(names)) > 10
    for rule in alerts():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule
        assert len(rule["annotations"]["description"]) > 15, rule
        assert rule["alert"] in PAGE, rule


def test_panels_dont_overlap_and_have_titles() -> None:
    places: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        places |= cells
        assert panel["title"]


def test_the_page_lists_every_metric_with_its_labels() -> None:
    rows = {line.split("|")[1].strip(" `"): line for line in PAGE.splitlines() if line.startswith("| `harvestlog_")}

    assert rows.keys() == {metric.name for metric in METRICS} | {HTTP}
    for metric in METRICS:
        row = rows[metric.name]
        assert metric.help in row
        assert f"| {metric.kind} |" in row
        assert all(f"`{label}`" in row for label in metric.labels)
    assert HTTP_HELP in rows[HTTP]


def test_counters_and_only_they_end_with_total() -> None:
    assert all((metric.kind == "counter") == metric.name.endswith("_total") for metric in METRICS)


@pytest.mark.parametrize("arguments", [("rules", "alerts.yml"), ("config", "prometheus.yml")])
def test_promtool_takes_the_files(arguments: tuple[str, str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is missing: apt-get install prometheus")
        pytest.skip("no promtool on this machine")

    checked = subprocess.run(
        [promtool, "check", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=30, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
