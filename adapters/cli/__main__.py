"""`python -m adapters.cli` is `harvester`: `up` starts its roles that way."""

from adapters.cli.start import harvester

harvester()
