"""System prompts to start from: one table each; an entry gets a copy, never a link."""

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


class Prompt(OpenModel, frozen=True, kw_only=True):
    """A prompt template; `active` is False when it is archived."""

    name: str
    content: str
    description: str = ""
    active: bool = True


KIND = Kind("prompts", Prompt)
