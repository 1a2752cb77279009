"""`new-plugin` writes a project. Its harvester is in docs/how-to-write-a-harvester.md, all of it is in tests/feed_plugin."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.cli.new_plugin import new_plugin
from adapters.cli.plugin_project import files
from domain.errors import SettingError
from tests.support.stack import ROOT

PROJECT = ROOT / "tests" / "feed_plugin"
GUIDE = (ROOT / "docs" / "how-to-write-a-harvester.md").read_text(encoding="utf-8")
LONGEST = 60  # lines


def test_the_distribution_under_tests_is_what_is_written() -> None:
    written = {path: (PROJECT / path).read_text(encoding="utf-8") for path in files("feed")}

    assert written == files("feed")


def test_the_guide_has_the_whole_harvester_in_sixty_lines() -> None:
    module = files("feed")["harvest_feed.py"]

    assert f"```python\n{module}```" in GUIDE
    assert len(module.splitlines()) <= LONGEST


@pytest.mark.parametrize("name", ["feed", "my-feed", "open_data2", "class", "none", "true"])
def test_a_project_is_written_for_any_name(tmp_path: Path, name: str) -> None:
    done = CliRunner().invoke(new_plugin, [name, "--folder", str(tmp_path / "new")])

    assert done.exit_code == 0, done.output
    for path, text in files(name).items():
        assert (tmp_path / "new" / path).read_text(encoding="utf-8") == text
        assert not re.search(r"@\w+@", text)
        if path.endswith(".py"):
            compile(text, path, "exec")


def test_what_was_written_is_told_as_json_too(tmp_path: Path) -> None:
    done = CliRunner().invoke(new_plugin, ["feed", "--folder", str(tmp_path / "new"), "--json"])

    written = json.loads(done.output)
    assert written["folder"] == str(tmp_path / "new")
    assert {*written["files"]} == {str(path) for path in files("feed")}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My Feed", "can't be the name of a harvester: lower case letters"),
        ("../x", "can't be the name of a harvester"),
        ("ckan", "has a harvester that is called ckan already"),
        ("many-extras", "has a harvester that is called many_extras already"),
        ("MyFeed", "can't be the name of a harvester: lower case letters"),
        ("my--feed", "can't be the name of a harvester: lower case letters"),
        ("2feeds", "can't be the name of a harvester: lower case letters"),
        ("full", "is there already: name another place with --folder"),
    ],
)
def test_what_cant_be_written_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "mine").write_text("text")

    done = CliRunner().invoke(new_plugin, [name, "--folder", str(tmp_path)])

    assert isinstance(done.exception, SettingError)
    assert message in str(done.exception)
    assert (tmp_path / "mine").read_text() == "text"
