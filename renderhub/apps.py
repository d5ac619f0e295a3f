from django.apps import AppConfig
from django.conf import settings


class RenderHubConfig(AppConfig):
    name = "renderhub"
    verbose_name = "RenderHub"

    def ready(self) -> None:
        # Every process that asks for work rings through our Celery application, not through Celery's default one.
        from renderhub import celery  # noqa: F401
        from renders import tasks
        from renders.pipeline import bell

        bell.install(tasks.ring)
        if settings.SENTRY_DSN:
            from renderhub import sentry

            sentry.start(settings.SENTRY_DSN)
