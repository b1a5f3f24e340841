"""Objects and packs: written, read with limits, found by reach, packed again."""
