"""The option `mapping` of every source: rules that change a dataset after its harvester has made it, before it is stored.

`model.py` declares and checks the rules, `rules.py` applies them, `fields.py` finds what they name, `template.py` fills texts.
Only what is checked reaches a worker, so applying them needs no library.
"""

from harvesters.mapping.apply import mapped

__all__ = ["mapped"]
