from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from monitoring import (
            checks,  # noqa: F401
            queue_watch,
        )
        from monitoring.consumer import consume
        from renders.pipeline import duties, outbox

        outbox.register("sla", consume)
        duties.register("looking at the queues", queue_watch.EVERY, queue_watch.attend)
