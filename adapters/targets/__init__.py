"""Catalogues that datasets are imported into."""
