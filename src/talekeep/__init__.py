"""Talekeep: git for the conversations people train on.

    import talekeep

    with talekeep.open("harbor") as dataset:
        for entry in dataset.entries(where="tag:draft"):
            ...

Everything a command does is a function in `talekeep.ops` that takes a dataset first.
"""

from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from talekeep.api import Dataset as Dataset
    from talekeep.api import init as init
    from talekeep.api import open as open
    from talekeep.core.errors import Problem as Problem

__version__ = "0.1.0"
__all__ = ["Dataset", "Problem", "__version__", "init", "open"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: the command line imports this package too and has to start quickly.
    if name == "Problem":
        from talekeep.core import errors

        return errors.Problem
    if name in ("Dataset", "init", "open"):
        from talekeep import api

        return getattr(api, name)
    raise AttributeError(f"module 'talekeep' has no attribute {name!r}")
