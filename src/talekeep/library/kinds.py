"""The kinds of libraries, one row each."""

from talekeep.library import characters
from talekeep.library import generation
from talekeep.library import models
from talekeep.library import prompts
from talekeep.library import sources
from talekeep.library import tags
from talekeep.library.base import Kind

KINDS: tuple[Kind, ...] = (
    *(characters.KIND, generation.KIND, models.KIND),
    *(prompts.KIND, sources.KIND, tags.KIND),
)
