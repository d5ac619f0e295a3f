"""The same video by MoviePy 2: `python moviepy_compose.py INPUTS OUT`. Runs in an environment of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from moviepy import AudioFileClip, CompositeAudioClip, CompositeVideoClip, ImageClip, VideoFileClip, vfx

EACH, OVERLAP, TOTAL = 5.4583, 0.5, 60.0


def main() -> None:
    folder, out = Path(sys.argv[1]), sys.argv[2]
    clips = []
    for at in range(6):
        clips.append(ImageClip(str(folder / f"still{at}.png")).with_duration(EACH))
        clips.append(VideoFileClip(str(folder / f"clip{at}.mp4")).with_duration(EACH))
    placed = [clips[0]]
    for at, clip in enumerate(clips[1:], 1):
        placed.append(clip.with_start(at * (EACH - OVERLAP)).with_effects([vfx.CrossFadeIn(OVERLAP)]))
    voice = AudioFileClip(str(folder / "voice.wav"))
    music = AudioFileClip(str(folder / "music.wav"))
    speaks = np.array(
        [np.abs(voice.subclipped(at / 10, (at + 1) / 10).to_soundarray(fps=8000)).max() > 0.02 for at in range(599)]
    )

    def ducked(get_frame, time):  # type: ignore[no-untyped-def]
        level = np.where(speaks[np.clip((np.asarray(time) * 10).astype(int), 0, 598)], 0.15, 0.6)
        return get_frame(time) * (level[:, None] if np.ndim(time) else level)

    sound = CompositeAudioClip([voice, music.transform(ducked)])
    video = CompositeVideoClip(placed, size=(1920, 1080)).with_duration(TOTAL).with_audio(sound)
    options = {"fps": 30, "codec": "libx264", "preset": "veryfast", "audio_codec": "aac", "logger": None}
    video.write_videofile(out, ffmpeg_params=["-crf", "23"], **options)


main()
