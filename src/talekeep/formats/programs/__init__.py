"""Formats of programs and services that are no row of the table of shapes."""
