"""What comes in: files, records, and sources that are imported again."""
