"""The environment git programs are started in."""

import os

# What git tells its hooks about the repository it works in; ours may be another one.
_LOCAL = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
)


def local_environment() -> dict[str, str]:
    """This process's environment without what names another repository; git's messages in English."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
