"""The git repository of a dataset: the only folder that imports dulwich."""
