from tests.support.pages import leases_without_a_thread, pages_without_preparation  # noqa: F401
