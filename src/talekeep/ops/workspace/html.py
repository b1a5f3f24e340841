"""Pages for a browser, from the templates in `templates/pages`: text that is only ever shown, in a frame that
loads and runs nothing.

Every value is escaped unless a filter below has made HTML of it, and what cannot be seen (control characters,
signs of text direction) is written out. `isolated` keeps a piece of text from turning around what stands
beside it. Jinja2 is loaded when the first page is made and by nothing else.
"""

import functools
import json
import re
import shlex
from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from talekeep.ops import plural
from talekeep.store.files import shipped

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# C0 but tab and newline, DEL, C1, the signs of text direction, odd line ends, and the byte order mark.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")


def render(template: str, **values: object) -> str:
    """The page that a template makes of these values.

    Args:
        template: its file name in `templates/pages`.
    """
    return _environment().get_template(template).render(values)


def render_card(template: str, values: Mapping[str, str]) -> str:
    """A text file of a new dataset: its card or its settings. `values` are put in as they are, not escaped.

    Args:
        template: its text, with placeholders in single braces, so that people see the card they know.
    """
    from jinja2 import Environment
    from jinja2 import StrictUndefined

    environment = Environment(
        variable_start_string="{",
        variable_end_string="}",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.from_string(template).render(values)


def render_markdown(template: str, **values: object) -> str:
    """A Markdown file of `templates/cards`; values are escaped by whoever gives them."""
    environment = _templates("cards", autoescape=False)
    environment.filters["tojson"] = functools.partial(json.dumps, ensure_ascii=False)
    return environment.get_template(template).render(values)


def _templates(
    folder: str, *, autoescape: bool, finalize: Callable[[Any], Any] | None = None
) -> "Environment":
    """The templates of a folder of `templates`; a name that is missing is an error."""
    from jinja2 import Environment
    from jinja2 import FileSystemLoader
    from jinja2 import StrictUndefined

    return Environment(
        loader=FileSystemLoader(shipped("templates") / folder),
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
        autoescape=autoescape,
        finalize=finalize,
    )


@functools.cache
def _environment() -> "Environment":
    environment = _templates("pages", autoescape=True, finalize=written_out)
    environment.filters |= {
        "isolated": isolated,
        "shown": shown,
        "counted": plural,
        "number": _number,
        "quoted": shlex.quote,
        "short": "{:g}".format,
    }
    return environment


def isolated(text: str) -> "Markup":
    """A piece of text that stands in a line with others."""
    from markupsafe import Markup

    return Markup("<bdi>{}</bdi>").format(shown(text))


def shown(text: str) -> "Markup":
    """Text as HTML, each sign that cannot be seen as an element of its own."""
    from markupsafe import Markup
    from markupsafe import escape

    sign = Markup('<bdi class="sign">{}</bdi>')
    pieces, at = [], 0
    for match in _INVISIBLE.finditer(text):
        pieces += [escape(text[at : match.start()]), sign.format(_code(match))]
        at = match.end()
    return Markup("").join([*pieces, escape(text[at:])])


def written_out(value: object) -> object:
    """What stands in a title, an attribute or SVG, where no element may stand."""
    return _INVISIBLE.sub(_code, value) if type(value) is str else value


def _code(sign: re.Match[str]) -> str:
    return f"U+{ord(sign[0]):04X}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
