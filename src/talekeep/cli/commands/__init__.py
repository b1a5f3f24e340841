"""One file for each family of commands, loaded when one of them runs."""
