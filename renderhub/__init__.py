"""RenderHub: narrated explainer videos, on time."""

from typing import Any


def __getattr__(name: str) -> Any:
    # `celery -A renderhub` looks for `renderhub.celery`'s app; loading it lazily keeps `renderhub.lib` free of Celery.
    if name == "celery_app":
        from renderhub.celery import app

        return app
    raise AttributeError(name)
