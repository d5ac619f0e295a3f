"""What every provider of `script_gen` does alike: read the job, take in its source file, see whether a scene fits."""

from renders.scripting.fitting import fits
from renders.scripting.job_reading import BadJob, NeedsChat, read_job
from renders.scripting.source import ROLE, Source, document_of, source_of, with_document, with_source

__all__ = [
    "ROLE",
    "BadJob",
    "NeedsChat",
    "Source",
    "document_of",
    "fits",
    "read_job",
    "source_of",
    "with_document",
    "with_source",
]
