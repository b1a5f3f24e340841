"""The table of trainers: what each does with an export, and the export that it takes whole."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from talekeep.core.errors import Usage
from talekeep.training.trainers import axolotl
from talekeep.training.trainers import llamafactory
from talekeep.training.trainers import llamafactory_v1
from talekeep.training.trainers import mistral
from talekeep.training.trainers import openai
from talekeep.training.trainers import together
from talekeep.training.trainers import trl
from talekeep.training.trainers import unsloth
from talekeep.training.trainers.base import Trainer

_ALL: tuple[Trainer, ...] = (
    *(trl, axolotl, llamafactory, llamafactory_v1),
    *(unsloth, openai, mistral, together),
)
TRAINERS: Mapping[str, Trainer] = MappingProxyType({trainer.NAME: trainer for trainer in _ALL})

# Those that read a file line by line. Others make a table of it, in which a column has one type.
BY_LINE = (openai.NAME, mistral.NAME, together.NAME)


def named(name: str) -> Trainer:
    """Raises: Usage: there is no trainer of this name."""
    if name not in TRAINERS:
        close = get_close_matches(name, TRAINERS, 1)
        raise Usage(f"there is no trainer {name!r}", f"one of {', '.join(close or TRAINERS)}")
    return TRAINERS[name]
