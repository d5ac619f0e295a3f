"""FFmpeg and probing, always in child processes: their GPL parts are never loaded into a worker (DESIGN section 2)."""
