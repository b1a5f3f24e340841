"""What pages for a browser share: text that is only ever shown, and a frame that loads and runs nothing.

Text is escaped, control and direction characters are written out, and every piece is isolated, so that it
cannot turn around what stands beside it.
"""

import html
import re

# C0 but tab and newline, DEL, C1, the signs of text direction, odd line ends, and the byte order mark.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")


def isolated(text: str) -> str:
    """A piece of text that stands in a line with others."""
    return f"<bdi>{shown(text)}</bdi>"


def shown(text: str) -> str:
    """Text as HTML, with what cannot be seen written out."""
    return _INVISIBLE.sub(lambda m: f'<bdi class="sign">{_written_out(m)}</bdi>', html.escape(text))


def plain(text: str) -> str:
    """Text for where no element may stand: titles, attributes, SVG."""
    return html.escape(_INVISIBLE.sub(_written_out, text))


def _written_out(sign: re.Match[str]) -> str:
    return f"U+{ord(sign[0]):04X}"


def document(title: str, style: str, body: str) -> str:
    """A whole page; a browser is told to load nothing."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{plain(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
