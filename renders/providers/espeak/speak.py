"""A program of its own: speaks sentences with espeak-ng. It loads a GPL library and is therefore never imported.

Reads one JSON object on stdin: `{library, data, voice, rate, pitch, range, output, sentences: [{text, pause}]}`,
with `pause` in seconds before the sentence. Writes `output`, a WAV file (mono, 16 bit), and answers on stdout
`{rate, frames, level, spans: [[first, end] or null], words: [[[place, first, end]]]}`: for each sentence its samples
in the file, or null where the voice found nothing to say; and for each of its words, where it begins in the text
(characters) and its samples in the file, without the silence around them. `level` is the loudness of the speech
itself in dB of full scale. On trouble it answers `{error}` instead. Needs nothing but the standard library.
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

NO_EVENT, WORD = 0, 1


class Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h. `position` counts characters from 1, `time` milliseconds."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("message", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("time", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


ON_SAMPLES = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event)
)  # fmt: skip


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
        self.words: list[tuple[int, int]] = []
        self.on_samples = ON_SAMPLES(self._collect)
        self.library.espeak_SetSynthCallback(self.on_samples)
        self.library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.samples.frombytes(ctypes.string_at(samples, 2 * count))
        at = 0
        while events and events[at].kind != NO_EVENT:
            if events[at].kind == WORD:
                self.words.append((events[at].position - 1, events[at].time * self.rate // 1000))
            at += 1
        return 0

    def say(self, text: str) -> tuple[array.array[int], list[tuple[int, int, int]]]:
        """The samples of a text without the silence around them, and its words: place, first sample, end."""
        self.samples, self.words = array.array("h"), []
        written = text.encode()
        if self.library.espeak_Synth(written, len(written) + 1, 0, 1, 0, UTF8, None, None):
            raise Refused("espeak-ng refused the text")
        whole = self._heard(0, len(self.samples))
        if whole is None:
            return array.array("h"), []
        start, end = max(0, whole[0] - int(KEEP_BEFORE * self.rate)), whole[1] + int(KEEP_AFTER * self.rate)
        ends = [first for _, first in self.words[1:]] + [len(self.samples)]
        spoken = zip(self.words, ends, strict=False)
        heard = ((place, self._heard(first, following)) for (place, first), following in spoken)
        return self.samples[start:end], [(place, s[0] - start, s[1] - start) for place, s in heard if s]

    def _heard(self, first: int, end: int) -> tuple[int, int] | None:
        """The part of a stretch of samples that is no silence; None where there is none."""
        end = min(end, len(self.samples))
        begin = next((at for at in range(first, end) if abs(self.samples[at]) >= LOUD), None)
        if begin is None:
            return None
        return begin, next(at for at in range(end - 1, -1, -1) if abs(self.samples[at]) >= LOUD) + 1


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
    words: list[list[tuple[int, int, int]]] = []
    everything: array.array[int] = array.array("h")
    for sentence in order["sentences"]:
        samples, spoken = speaker.say(sentence["text"])
        if not samples:
            words.append([])
            spans.append(None)
            continue
        if everything:
            everything.frombytes(bytes(2 * int(sentence["pause"] * speaker.rate)))
        begin = len(everything)
        spans.append([begin, begin + len(samples)])
        words.append([(place, begin + first, begin + end) for place, first, end in spoken])
        everything.extend(samples)
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(speaker.rate)
        output.writeframes(everything.tobytes())
    loudness = level(everything, speaker.rate) if everything else -120.0
    return {"rate": speaker.rate, "frames": len(everything), "level": loudness, "spans": spans, "words": words}


def main() -> None:
    try:
        answer = speak(json.load(sys.stdin))
    except Refused as refusal:
        answer = {"error": str(refusal)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
