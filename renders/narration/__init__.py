"""Narration that a service recorded, brought into the form of ours (R14).

`Take`s, one for each stretch of text that was sent, become one file: 48 kHz, mono, 16 bit, without silence at its ends,
as loud as every other voice; with the time of each sentence, told by the service or found from the pauses.
"""

from renders.narration.making import Narration, Take, make
from renders.narration.pieces import pieces
from renders.narration.recording import NotSpeech
from renders.narration.trouble import describe

__all__ = ["Narration", "NotSpeech", "Take", "describe", "make", "pieces"]
