"""`python -m bench [name …]`: measure all figures, or those named, and write them to bench/results.json and docs/figures.md."""

import json
import sys
from pathlib import Path

from bench import (
    api,
    catalogue,
    cli_start,
    everyday,
    harvests,
    into_ckan,
    live,
    log,
    many_sources,
    night,
    pages,
    reads,
    target_cpu,
)
from bench.figure import Figure
from bench.page import with_table

RESULTS = Path(__file__).parent / "results.json"
PAGE = RESULTS.parents[1] / "docs" / "figures.md"
MEASURES = {
    **log.FIGURES,
    **harvests.FIGURES,
    **everyday.FIGURES,
    **into_ckan.FIGURES,
    **target_cpu.FIGURES,
    **cli_start.FIGURES,
    **many_sources.FIGURES,
    **night.FIGURES,
    **reads.FIGURES,
    **live.FIGURES,
    **api.FIGURES,
    **catalogue.FIGURES,
    **pages.FIGURES,
}


def main(names: list[str]) -> int:
    """Run the measures; 1 when a floor is missed."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"unknown figure {unknown[0]}: use {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    measured: list[Figure] = []
    for name in names or MEASURES:
        measured += MEASURES[name]()
        show(measured[-1])
    keep(measured)
    return 0 if all(figure.met for figure in measured) else 1


def show(figure: Figure) -> None:
    """One line to standard error while the others run."""
    as_dict = figure.as_dict()
    print(f"{as_dict['name']}: {as_dict['value']} {figure.unit} (floor {figure.floor}, met: {figure.met})", file=sys.stderr)


def keep(measured: list[Figure]) -> None:
    """Write the figures, in place of earlier ones of the same names, docs/figures.md too; print them as JSON."""
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    new = {figure.name: figure.as_dict() for figure in measured}
    merged = [new.pop(old["name"], old) for old in stored]
    results = [*merged, *new.values()]
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    PAGE.write_text(with_table(PAGE.read_text(), results))
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
