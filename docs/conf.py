"""The documentation as a site, to read offline, with search: `python -m sphinx -W -b html docs site`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from talekeep.version import __version__

project = "Talekeep"
author = "The Talekeep authors"
project_copyright = author
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Talekeep"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
