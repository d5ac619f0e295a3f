"""`upload` into the local media folder: the embedded default (R17)."""

from renders.providers.local_media.provider import LocalMedia

__all__ = ["LocalMedia"]
