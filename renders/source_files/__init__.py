"""Files that came with a job: what they are, and what of them can be used (R7). Neither Django nor models.

A file is judged by its content, never by its name; whatever has to be decoded is decoded in a bounded child process.
"""

from renders.source_files.content import SourceKind
from renders.source_files.documents import read_document
from renders.source_files.inspection import SizeLimits, SourceFile, inspect
from renders.source_files.refusal import SourceRefused

__all__ = ["SizeLimits", "SourceFile", "SourceKind", "SourceRefused", "inspect", "read_document"]
