"""Speech by the read-aloud service of the Edge browser, the second voice of the `tts` chain (R14).

It is no service that anybody has promised to us: it asks for no key, refuses in bursts, and may end any day. The
package `edge-tts` is LGPL: it is loaded by `speak.py` in a child process, never here.
"""

from renders.providers.edge_speech.provider import EdgeSpeech

__all__ = ["EdgeSpeech"]
