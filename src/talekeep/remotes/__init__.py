"""Where a copy of a dataset can live."""
