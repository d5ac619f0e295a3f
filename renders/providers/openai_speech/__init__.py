"""Speech by a service behind an OpenAI-compatible address, such as A4F: the first of the `tts` chain (R14)."""

from renders.providers.openai_speech.provider import OpenAiSpeech

__all__ = ["OpenAiSpeech"]
