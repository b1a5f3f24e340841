"""What formats have in common: turns, roles, speakers, trees, and what stands beside them."""
