"""Values and the functions on them: no files, no clock, no environment, no third-party models."""
