"""A real PostgreSQL and a real Valkey for machines that have neither (R120); see `servers.start`.

Used only where `DATABASE_URL` or `BROKER_URL` is not set. Nothing is imported here: `settings` reads `home` in every
command, and needs none of the rest.
"""
