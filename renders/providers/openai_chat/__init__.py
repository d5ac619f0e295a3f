"""Scripts written by a chat model behind an OpenAI-compatible address, the first of the `script_gen` chain (R11)."""

from renders.providers.openai_chat.provider import OpenAiChat

__all__ = ["OpenAiChat"]
