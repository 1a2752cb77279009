"""Figures: `python -m bench [name …]` measures and writes bench/results.json."""
