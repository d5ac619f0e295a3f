from django.apps import AppConfig


class RendersConfig(AppConfig):
    name = "renders"
    verbose_name = "Renders"

    def ready(self) -> None:
        from renders import checks  # noqa: F401
        from renders.health import rounds
        from renders.pipeline import (
            allowance,
            database_clock,
            duties,
            local_deaths,
            outbox,
            outlook,
            silence,
            spool,
            strays,
        )

        database_clock.install()
        duties.register("reading the outbox", 1.0, outbox.read)
        duties.register("calling who waits for a slot", allowance.EVERY, allowance.attend)
        duties.register("cancelling what nobody waits for", strays.EVERY, strays.cancel_due)
        outbox.register("noting what waits for the bucket", spool.note)
        duties.register("moving videos to the bucket", spool.EVERY, spool.attend)
        duties.register("asking the services", rounds.EVERY, rounds.stand_in)
        duties.register("looking ahead", outlook.EVERY, outlook.attend)
        duties.register("listening for beat and workers", silence.EVERY, silence.attend)
        duties.register("looking after the workers beside it", local_deaths.EVERY, local_deaths.watch.attend)
