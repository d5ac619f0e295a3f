"""The composer on this machine (R16): plan -> pieces of the picture and the sound -> container -> output gate."""

from renders.providers.composer.provider import Composer

__all__ = ["Composer"]
