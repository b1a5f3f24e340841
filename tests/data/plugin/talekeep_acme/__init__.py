"""A package of somebody else, which adds one of each to Talekeep."""
