from django.apps import AppConfig


class RenderHubConfig(AppConfig):
    name = "renderhub"
    verbose_name = "RenderHub"

    def ready(self) -> None:
        # Every process that asks for work rings through our Celery application, not through Celery's default one.
        from renderhub import celery  # noqa: F401
        from renders import tasks
        from renders.pipeline import bell

        bell.install(tasks.ring)
