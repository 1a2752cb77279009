"""A small CKAN site to try harvests with: about 240 made-up datasets, served from memory on loopback.

The datasets are varied and odd on purpose, as those of real sites are; a few can't be imported, so that a first harvest
shows what errors look like. `datasets.jsonl.gz` is the source of the data, one CKAN dataset a line; it is ours and free for
any use (CC0-1.0, https://creativecommons.org/publicdomain/zero/1.0/).
"""

from adapters.sample_ckan.server import serve

__all__ = ["serve"]
