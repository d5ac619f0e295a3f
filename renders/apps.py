from django.apps import AppConfig


class RendersConfig(AppConfig):
    name = "renders"
    verbose_name = "Renders"

    def ready(self) -> None:
        from renders import checks  # noqa: F401
        from renders.health import rounds
        from renders.pipeline import duties, outbox

        duties.register("reading the outbox", 1.0, outbox.read)
        duties.register("asking the services", rounds.EVERY, rounds.stand_in)
