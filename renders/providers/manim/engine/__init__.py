"""Everything that imports Manim: run as `python -m renders.providers.manim.engine` in a child process, never imported
by the worker. PyAV (which Manim imports) and FFmpeg's x264 are GPL; they stay in this process."""
