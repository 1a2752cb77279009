"""Harvester plugins and the interface they implement."""
