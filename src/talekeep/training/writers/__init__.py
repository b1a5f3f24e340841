"""The table of writers: shapes of training files, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from talekeep.training.base import Writer
from talekeep.training.writers import alpaca
from talekeep.training.writers import kto
from talekeep.training.writers import llamafactory
from talekeep.training.writers import llamafactory_preference
from talekeep.training.writers import llamafactory_v1
from talekeep.training.writers import messages
from talekeep.training.writers import mistral
from talekeep.training.writers import openai_preference
from talekeep.training.writers import preference
from talekeep.training.writers import prompt_completion
from talekeep.training.writers import sharegpt
from talekeep.training.writers import sillytavern
from talekeep.training.writers import text

WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        writer.NAME: writer
        for writer in (
            *(messages, sharegpt, alpaca, prompt_completion, kto, llamafactory_v1, text, sillytavern),
            *(preference, openai_preference, llamafactory_preference),
            *(llamafactory, mistral),
        )
    }
)
# A dataset's own format, by its import name.
ALIASES = {"chatml": "messages"}
# Policies that a shape needs, unless others are chosen.
DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **{writer.NAME: {"tools": "list"} for writer in (messages, prompt_completion, kto, mistral)},
        **{writer.NAME: {"pairs": "all", "tools": "list"} for writer in (preference, openai_preference)},
        llamafactory_preference.NAME: {"pairs": "all"},
    }
)
