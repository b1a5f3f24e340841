"""The ids that git gives to contents: cache keys that never go stale."""

from talekeep.store.git.trees import EMPTY as EMPTY_TREE
from talekeep.store.git.trees import blob_id

__all__ = ["EMPTY_TREE", "blob_id"]
