"""The ways to other repositories."""
