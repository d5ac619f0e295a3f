from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import bell, checks, consumer, duty, tasks  # noqa: F401
        from alerts.admin import today
        from renders.admin import notices
        from renders.pipeline import duties, outbox

        notices.register("alerts", today.notices)
        outbox.register("alerts", consumer.take)
        duties.register("sending messages", duty.EVERY, duty.attend)
        bell.install(tasks.ring)
