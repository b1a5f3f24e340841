"""Exports that train as they were written: policies, writers and trainers, each in a table of its own.

entry → policies (what to do with what a target cannot hold) → writer (rows of one shape) → file
"""
