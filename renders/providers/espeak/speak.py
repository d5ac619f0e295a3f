"""A program of its own: speaks sentences with espeak-ng. It loads a GPL library and is therefore never imported.

Reads one JSON object on stdin: `{library, data, voice, rate, pitch, range, output, sentences: [{text, pause}]}`,
with `pause` in seconds before the sentence. Writes `output`, a WAV file (mono, 16 bit), and answers on stdout
`{rate, frames, level, spans: [[first, end] or null]}`: for each sentence its samples in the file, or null where the
voice found nothing to say. `level` is the loudness of the speech itself in dB of full scale. On trouble it
answers `{error}` instead. Needs nothing but the standard library.
"""

from __future__ import annotations

import array
import ctypes
import json
import math
import operator
import os
import sys
import wave
from typing import Any

SYNCHRONOUS = 2
UTF8 = 1
"""The only flag given to the synthesis: neither SSML (0x10) nor `[[phonemes]]` (0x100) are looked for."""
RATE, PITCH, RANGE = 1, 3, 4
LOUD = 200
"""Samples below this (-44 dB) at both ends of a sentence are silence."""
KEEP_BEFORE, KEEP_AFTER = 0.01, 0.04
"""Seconds of it that are kept, so that soft onsets and endings are."""
BLOCK_SECONDS = 0.1
GATE_DB = 12.0
"""Blocks this far below the mean are pauses, and are not counted for the level."""

ON_SAMPLES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Refused(Exception):
    """The library cannot do what is asked; the message says why."""


class Speaker:
    """One voice of the library."""

    def __init__(self, library: str, data: str, voice: str, settings: dict[int, int]) -> None:
        try:
            self.library = ctypes.CDLL(library)
        except OSError as error:
            raise Refused(f"the espeak-ng library does not load: {error}") from error
        self.library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        # 0x8000: answer with an error instead of ending the process where the data are missing.
        # From inside the data's folder, by a short path: espeak-ng cuts paths off at 160 bytes.
        os.chdir(os.path.dirname(data))  # noqa: PTH120 (pathlib costs 10 ms at each start)
        self.rate: int = self.library.espeak_Initialize(SYNCHRONOUS, 0, b".", 0x8000)
        if self.rate <= 0:
            raise Refused("espeak-ng does not find its data")
        if self.library.espeak_SetVoiceByName(voice.encode()):
            raise Refused(f"espeak-ng has no voice {voice}")
        for parameter, value in settings.items():
            self.library.espeak_SetParameter(parameter, value, 0)
        self.samples: array.array[int] = array.array("h")
        self.on_samples = ON_SAMPLES(self._collect)
        self.library.espeak_SetSynthCallback(self.on_samples)
        self.library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip

    def _collect(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self.samples.frombytes(ctypes.string_at(samples, 2 * count))
        return 0

    def say(self, text: str) -> array.array[int]:
        """The samples of a text, without the silence around them."""
        self.samples = array.array("h")
        written = text.encode()
        if self.library.espeak_Synth(written, len(written) + 1, 0, 1, 0, UTF8, None, None):
            raise Refused("espeak-ng refused the text")
        return self._trimmed(self.samples)

    def _trimmed(self, samples: array.array[int]) -> array.array[int]:
        loud = (place for place, sample in enumerate(samples) if abs(sample) >= LOUD)
        first = next(loud, None)
        if first is None:
            return array.array("h")
        last = next(place for place in range(len(samples) - 1, -1, -1) if abs(samples[place]) >= LOUD)
        start = max(0, first - int(KEEP_BEFORE * self.rate))
        return samples[start : last + int(KEEP_AFTER * self.rate)]


def level(samples: array.array[int], rate: int) -> float:
    """Mean power of the blocks in which something is said, in dB of full scale."""
    size = int(BLOCK_SECONDS * rate)
    powers = []
    for start in range(0, len(samples), size):
        block = samples[start : start + size]
        powers.append(sum(map(operator.mul, block, block)) / len(block) / 32768**2)
    floor = sum(powers) / len(powers) * 10 ** (-GATE_DB / 10)
    spoken = [power for power in powers if power >= floor]
    return 10 * math.log10(max(sum(spoken) / len(spoken), 1e-12))


def speak(order: dict[str, Any]) -> dict[str, Any]:
    target = os.path.abspath(order["output"])  # noqa: PTH100
    settings = {RATE: order["rate"], PITCH: order["pitch"], RANGE: order["range"]}
    speaker = Speaker(order["library"], order["data"], order["voice"], settings)
    spans: list[list[int] | None] = []
    everything: array.array[int] = array.array("h")
    for sentence in order["sentences"]:
        samples = speaker.say(sentence["text"])
        if not samples:
            spans.append(None)
            continue
        if everything:
            everything.frombytes(bytes(2 * int(sentence["pause"] * speaker.rate)))
        spans.append([len(everything), len(everything) + len(samples)])
        everything.extend(samples)
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(speaker.rate)
        output.writeframes(everything.tobytes())
    loudness = level(everything, speaker.rate) if everything else -120.0
    return {"rate": speaker.rate, "frames": len(everything), "level": loudness, "spans": spans}


def main() -> None:
    try:
        answer = speak(json.load(sys.stdin))
    except Refused as refusal:
        answer = {"error": str(refusal)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
