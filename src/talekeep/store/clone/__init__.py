"""One clone on this machine: its commits, refs, index, hooks and packs."""
