"""Talekeep: git for the conversations people train on."""

__version__ = "0.1.0"
