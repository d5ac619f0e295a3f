from tests.support.pages import pages_without_preparation  # noqa: F401
