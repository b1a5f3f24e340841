"""The table of shapes: one row for each kind of record whose conversation stands at fixed places.

The order is that in which they are asked: rows that need more stand before rows that need less.
"""

from talekeep.formats.shapes.chat_rows import CHATS
from talekeep.formats.shapes.chat_rows import ROLEPLAY
from talekeep.formats.shapes.exchange_rows import EXCHANGES
from talekeep.formats.shapes.pair_rows import PAIRS
from talekeep.formats.shapes.research_rows import RESEARCH
from talekeep.formats.shapes.shape import Shape
from talekeep.formats.shapes.tool_rows import TOOLS

# These are asked before a conversation is taken for all that a record holds.
FIRST: tuple[Shape, ...] = (*PAIRS, *CHATS)
TABLE: tuple[Shape, ...] = (*FIRST, *ROLEPLAY, *RESEARCH, *TOOLS, *EXCHANGES)
