"""Speech made on the worker by espeak-ng, the last of the `tts` chain (R14).

espeak-ng is GPL: its library is loaded by `speak.py` in a child process, never here.
"""

from renders.providers.espeak.provider import Espeak

__all__ = ["Espeak"]
