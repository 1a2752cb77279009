"""Where the command `harvester` starts: it makes sure that what it is about to import is harvestlog's.

Our packages are plain words (`domain`, `schemas`, ...), so another distribution, or a folder on PYTHONPATH, may have one of
the same name. This module must not be hidden by such a package itself: setup.py installs it under the name `harvestlog`.

Nothing is imported at the top that Python hasn't imported by then: Ctrl-C there would leave a traceback.
"""

import os
import sys

TYPE_CHECKING = False  # of typing, which need not be imported to show a line of help
if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.metadata import Distribution

INTERRUPTED = 130  # 128 + SIGINT, as shells say it
NAMES = ("adapters", "domain", "harvesters", "projections", "schemas")
DISTRIBUTION = "harvestlog"
OWN_ENVIRONMENT = "install harvestlog into a virtual environment of its own (python -m venv)"
ROLES = ("up", "coordinator", "gather-consumer", "fetch-consumer", "serve")
"""Commands that run for long: the look at all installed distributions costs them nothing that matters."""


def main() -> None:
    """Run the command line; a package that hides one of ours is named, in place of a traceback. Ctrl-C leaves none either."""
    try:
        _main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _main() -> None:
    if problem := hidden_package():
        sys.exit(f"Error: {problem}")
    if sys.argv[1:2] and sys.argv[1] in ROLES and (problem := shared_package()):
        print(f"Warning: {problem}", file=sys.stderr)
    try:
        from adapters.cli.start import harvester

        harvester()
    except ImportError as error:
        if problem := shared_package():
            sys.exit(f"Error: {error}. {problem}")
        raise


def hidden_package(home: str = "") -> str:
    """Which of our packages Python would find elsewhere than in `home`, and what to do about it; empty when none."""
    from importlib.util import find_spec

    home = os.path.realpath(home) if home else _home()
    for name in NAMES:
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or [spec.origin or ""]) if spec else []
        if not any(os.path.realpath(os.path.dirname(place)) == home for place in places):
            return _hidden(name, places[0] if places else "")
    return ""


def _home() -> str:
    """The folder of our packages: site-packages, or the clone that was installed with `pip install -e`."""
    here = os.path.dirname(os.path.realpath(__file__))
    above = os.path.dirname(here)
    return os.path.dirname(above) if os.path.basename(here) == "launch" else above


def _hidden(name: str, place: str) -> str:
    if not place:
        return f"the Python package {name} is missing: install harvestlog again"
    if owner := " and ".join(owners({name})):
        return f"the Python package {name} is not harvestlog's but that of {owner} ({place}): {OWN_ENVIRONMENT}"
    return f"the Python package {name} is not harvestlog's but {place}: take its folder off PYTHONPATH, or rename it"


def shared_package() -> str:
    """Which other distributions have a package of one of our names, and what to do about it; empty when none has."""
    shared = owners(set(NAMES))
    clashes = "; ".join(
        f"{owner} has a Python package {', '.join(names)}, as harvestlog has" for owner, names in shared.items()
    )
    return f"{clashes}: {OWN_ENVIRONMENT}" if shared else ""


def owners(names: "Collection[str]") -> dict[str, list[str]]:
    """Other distributions than ours that have installed packages of these names; takes some 70 ms."""
    from importlib.metadata import distributions

    others = {
        f"{distribution.name} {distribution.version}": _packages(distribution, names)
        for distribution in distributions()
        if distribution.name != DISTRIBUTION
    }
    return {owner: packages for owner, packages in sorted(others.items()) if packages}


def _packages(distribution: "Distribution", names: "Collection[str]") -> list[str]:
    top_level = (distribution.read_text("top_level.txt") or "").split()
    record = "\n" + (distribution.read_text("RECORD") or "")
    return sorted(name for name in names if name in top_level or f"\n{name}/" in record)
