"""System prompts to start from: one table each; an entry gets a copy, never a link."""

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


class Prompt(OpenModel, frozen=True, kw_only=True):
    """`active` is False for one that was set aside and is not offered."""

    name: str
    content: str
    description: str = ""
    active: bool = True


KIND = Kind("prompts", Prompt)
