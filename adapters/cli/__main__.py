"""`python -m adapters.cli` is `harvester`: `up` starts its roles that way."""

from adapters.cli.main import main

main(prog_name="harvester")
