"""Remotes: where a copy of a dataset can live. One module a kind; the scheme of an address names it."""
