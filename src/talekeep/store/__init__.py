"""The dataset on disk: the only writer of its files and the only user of its git repository."""
