"""A chat template of the user's own: a Jinja file, or the `tokenizer_config.json` of a model."""

from pathlib import Path

from talekeep.store.files import read_small
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import template_in

# A tokenizer_config.json with its list of added tokens has up to some 3 MB.
_MAX_BYTES = 16 * 2**20


def read_template(file: Path) -> Template:
    """The template of a file.

    Raises:
        NotFound: no such file. Usage: it is too large. Refused: it is no template.
    """
    data = read_small(file, _MAX_BYTES, "a template", "name a .jinja file or a tokenizer_config.json")
    return template_in(data, file.name)
