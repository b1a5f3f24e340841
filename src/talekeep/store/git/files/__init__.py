"""What lies in the work tree and in the index, and how it is stored."""
