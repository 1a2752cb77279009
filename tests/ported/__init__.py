"""Shapes of plugins for ckanext-harvest, which differ from that form in the line that imports its classes.

`incumbent.py` runs them in a live ckanext-harvest and writes `incumbent.json`; the test harvests the same remote (`remote.py`)
with harvestlog and compares.
"""
