"""Harvester for CKAN catalogues."""

from harvesters.ckan.harvester import CKANHarvester

__all__ = ["CKANHarvester"]
