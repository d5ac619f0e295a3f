"""One module a provider (or family): each defines `ENTRIES`. See `tests/conformance/http_providers.py`."""
