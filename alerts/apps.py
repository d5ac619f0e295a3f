from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import bell, checks, consumer, duty, tasks  # noqa: F401
        from renders.pipeline import duties, outbox

        outbox.register("alerts", consumer.take)
        duties.register("sending messages", duty.EVERY, duty.attend)
        bell.install(tasks.ring)
