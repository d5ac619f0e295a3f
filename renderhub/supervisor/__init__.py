"""What `make run` runs: servers, processes, the day's video, and an orderly end (R120)."""
