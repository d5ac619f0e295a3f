from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from monitoring import checks  # noqa: F401
        from monitoring.consumer import consume
        from renders.pipeline import outbox

        outbox.register("sla", consume)
