import gc

from django.apps import AppConfig


class LoadedConfig(AppConfig):
    name = "renderhub.loaded"

    def ready(self) -> None:
        gc.freeze()
        gc.enable()
