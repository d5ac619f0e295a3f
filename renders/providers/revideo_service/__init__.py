"""`revideo` by a Revideo renderer on another host (R16): `docker/revideo` is one, `manage.py serve_engine compose`
another."""

from renders.providers.revideo_service.provider import RevideoService

__all__ = ["RevideoService"]
