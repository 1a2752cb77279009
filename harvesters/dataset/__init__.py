"""What a catalogue can hold of a dataset: one rule for each kind of field, the same for the local catalogue and a CKAN.

The rules are those of CKAN's own schema (https://docs.ckan.org/en/2.12/api/, package_create), so what passes here is not
refused there, and the local catalogue shows what a CKAN would.
"""

from harvesters.dataset.fit import Fitted, fit
from harvesters.dataset.values import Carries

__all__ = ["Carries", "Fitted", "fit"]
