"""What lies in the folder of a mirror, and every call that touches it."""
