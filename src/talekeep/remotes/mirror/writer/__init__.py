"""What one machine saves in a mirror: pushed, pruned, and removed when the machine retires."""
