"""The models that were trained on the dataset, and the entries each of them saw."""

from difflib import get_close_matches

from talekeep.core.errors import NotFound
from talekeep.library import models
from talekeep.library.models import TrainedModel
from talekeep.store import libraries
from talekeep.store.view import View

# What a revision begins with that names a model: `model:night-1`.
PREFIX = "model:"


def named(view: View, name: str) -> TrainedModel:
    """A model by its name.

    Raises:
        NotFound: there is none.
    """
    known = libraries.read(view, models.KIND, TrainedModel)
    if name not in known:
        near = get_close_matches(name, known, 1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise NotFound(f"there is no model {name!r}", f"{guess}talekeep trained lists the models")
    return known[name]


def seen_by(view: View, name: str) -> frozenset[str]:
    """The ids of the entries that a model was trained on.

    Raises:
        NotFound: there is no such model, or its list is gone.
    """
    model, path = named(view, name), models.seen_path(name)
    data = view.optional(path)
    if data is None:
        raise NotFound(
            f"{path}, which lists what {name} saw, is not there",
            f"talekeep trained {name} --recipe {model.recipe} --rev {model.commit[:12]} --force",
        )
    return frozenset(data.decode("utf-8", "replace").split())
