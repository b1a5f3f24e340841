"""What asks on a terminal, and the user's editor."""
