from django.apps import AppConfig


class RendersConfig(AppConfig):
    name = "renders"
    verbose_name = "Renders"

    def ready(self) -> None:
        from renders import checks  # noqa: F401
