"""Command lines of ckanext-harvest's older versions mean what they meant."""

import pytest

from adapters.cli.old_forms import todays

INI = "/etc/ckan/default/production.ini"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("--help", "--help"),
        ("sources all", "sources all"),
        ("rmsource some", "source remove some"),
        ("clearsource some --yes", "source clear some --yes"),
        ("clearsource_history", "source clear-history"),
        ("clearsource_history some", "source clear-history some"),
        ("run_test some force-import=guid-1", "run_test some guid-1"),
        ("import some -j", "import some -j"),
        ("-j import some", "import -j some"),
        ("-j -o one-id import", "import -j -o one-id"),
        ("-oone-id import", "import -oone-id"),
        ("-p package --segments=0f import", "import -p package --segments=0f"),
        ("--segments 15af import some", "import --segments 15af some"),
        ("-g import import", "import -g import"),
        (f"--plugin=ckanext-harvest harvester sources --config={INI}", f"--config={INI} sources"),
        (f"--plugin ckanext-harvest harvester run -c {INI}", f"--config {INI} run"),
        (f"-c {INI} harvester gather_consumer", f"--config {INI} gather_consumer"),
        (f"--plugin=ckanext-harvest harvester -j import some --config={INI}", f"--config={INI} import -j some"),
        ("source harvester http://x.example ckan", "source harvester http://x.example ckan"),
        ("sql -- -c", "sql -- -c"),
    ],
)
def test_an_old_command_line_becomes_todays(old: str, new: str) -> None:
    assert todays(old.split()) == new.split()


def test_a_value_with_spaces_stays_one_word() -> None:
    config = '{"force_all": true}'

    assert todays(["source", "a", "http://x", "ckan", "", "", "", "", config])[-1] == config
