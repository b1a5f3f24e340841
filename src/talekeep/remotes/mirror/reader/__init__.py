"""What a mirror gives back: fetched, restored, checked, and read where manifests are lost."""
