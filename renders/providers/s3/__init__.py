"""`upload` to an S3-compatible bucket: Amazon S3, Cloudflare R2, MinIO and their like (R17)."""

from renders.providers.s3.provider import S3

__all__ = ["S3"]
