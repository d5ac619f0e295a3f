"""The engines of this project served over HTTP, so that a second host is a render service
(`contracts`: the Manim and the Revideo renderer; `manage.py serve_engine`)."""

VERSION = "1"
"""Of what is served; told by `GET /health`."""
