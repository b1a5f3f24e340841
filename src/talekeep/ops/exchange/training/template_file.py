"""A chat template of the user's own: a Jinja file, or the `tokenizer_config.json` of a model."""

from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import template_in

# A tokenizer_config.json with its list of added tokens has up to some 3 MB.
_MAX_BYTES = 16 * 2**20


def read_template(file: Path) -> Template:
    """The template of a file.

    Raises:
        NotFound: no such file. Usage: it is too large. Refused: it is no template.
    """
    if not file.is_file():
        raise NotFound(f"there is no file {file}", "name a .jinja file or a tokenizer_config.json")
    with file.open("rb") as opened:
        data = opened.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise Usage(f"{file.name} is larger than a template can be ({_MAX_BYTES // 2**20} MiB)")
    return template_in(data, file.name)
