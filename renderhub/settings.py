"""Django's settings. Every number that an operator may turn comes from the environment, read once, here.

The names and defaults are those of SPEC section 19; the README has the table.
"""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from django.templatetags.static import static

from renderhub.embedded.home import current_urls, home_folder
from renderhub.lib import env
from renderhub.lib.queues import Queue

gc.disable()  # until everything is loaded: see renderhub.loaded

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = home_folder()
"""Where the embedded default keeps its data: `RENDERHUB_HOME`, or `var` in the project."""


def _secret_key() -> str:
    """`SECRET_KEY`, or one made once and kept in the home folder for the embedded default."""
    given = env.text("SECRET_KEY")
    if given:
        return given
    kept = HOME / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Written under a name of its own and linked: of several processes at their first start, one key wins whole.
        fresh = kept.with_name(f"secret_key.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            os.link(fresh, kept)
        fresh.unlink()
    return kept.read_text(encoding="utf-8")


_SESSION = "-c timezone=UTC -c plan_cache_mode=force_generic_plan"
"""Of each connection. What is prepared is planned once, not for the values of each of the first five times."""


def _database(url: str) -> dict[str, Any]:
    """A `postgresql://user:password@host:port/name?host=/socket/folder` URL as Django wants it."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise env.SettingMalformed("DATABASE_URL: takes postgresql://user:password@host:port/name")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        # Kept open: workers close a broken one before each task, web requests check theirs (wsgi.py).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": env.flag("DB_HEALTH_CHECKS", False),
        "OPTIONS": {"connect_timeout": 5, "options": _SESSION, **{k: v[0] for k, v in query.items()}},
        "TEST": {"NAME": env.text("TEST_DATABASE_NAME") or None},
    }


def _clock_time(name: str, value: str) -> dict[str, str]:
    """A time of day as a crontab takes it."""
    try:
        at = time.fromisoformat(value)
    except ValueError:
        raise env.SettingMalformed(f"{name}={value!r}: takes a time of day such as 06:05") from None
    return {"hour": str(at.hour), "minute": str(at.minute)}


_running = current_urls()
DATABASE_URL = env.text("DATABASE_URL") or (_running.database if _running else "")
BROKER_URL = env.text("BROKER_URL") or (_running.broker if _running else "")

SECRET_KEY = _secret_key()
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "renderhub",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_celery_beat",
    "django_celery_results",
    "renders",
    "alerts",
    "monitoring",
    "renderhub.loaded",
]
MIDDLEWARE = [
    "renderhub.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "renderhub.urls"
WSGI_APPLICATION = "renderhub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# A URL that is missing is said by a system check (renders/checks.py), so that `--help` still works without it.
DATABASES = {"default": _database(DATABASE_URL or "postgresql:///renderhub")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "renders.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(HOME / "media")))
"""Assets by content, working folders, and the published videos of the embedded default."""
MEDIA_URL = "media/"

# Security (R110). TLS ends at the proxy in production: HTTPS=1 there.
_https = env.flag("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True

# Celery: names and numbers; queues are in renderhub/lib/queues.py.
CELERY_BROKER_URL = BROKER_URL or "memory://"
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = False
# Bells are cheap and the keeper rings them again: a lost one costs seconds, a held one would cost a worker's memory.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5.0,
    "socket_connect_timeout": 2.0,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "visibility_timeout": 600,
    # A bell waits for nobody: without these a broker that is away holds every request and every worker for 6 s.
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_max": 0.1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = env.flag("CELERY_EVENTS", False)
CELERY_TASK_TRACK_STARTED = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "renderhub.beat:Scheduler"
CELERY_BEAT_CRON_STARTING_DEADLINE = 3 * 3600
CELERY_BEAT_SCHEDULE = {
    "drop old logs and events": {
        "task": "renders.prune",
        "schedule": crontab(hour="3", minute="30"),
        "options": {"queue": Queue.CONTROL.value},
    },
    "keep the pieces of video under their quota": {
        "task": "renders.prune_cache",
        "schedule": crontab(minute="40"),
        "options": {"queue": Queue.CONTROL.value},
    },
}
CELERY_TASK_DEFAULT_QUEUE = Queue.CONTROL.value
# Celery 5.7 drops Django's connection around every task unless this is set; it is read from the app's own
# configuration by this name (renderhub/celery.py).
CELERY_DB_REUSE_MAX = 1_000_000

# Provider chains, primary first, by stage (R11 to R17).
RENDERHUB_CHAINS = {
    # The pipeline of our own stands behind the orchestrator, whoever else does (R18).
    "orchestrator": [*env.names("ORCHESTRATOR_CHAIN", ""), "in_house"] if env.names("ORCHESTRATOR_CHAIN", "") else [],
    "script_gen": env.names("SCRIPT_GEN_CHAIN", "extractive"),
    "manim": env.names("MANIM_CHAIN", "manim,still"),
    "tts": env.names("TTS_CHAIN", "espeak"),
    "music": env.names("MUSIC_CHAIN", "library"),
    "revideo": env.names("REVIDEO_CHAIN", "composer,slideshow"),
    "upload": env.names("UPLOAD_CHAIN", "local_media"),
}
RENDERHUB_PROVIDERS: dict[str, tuple[str, str, float]] = {
    name: (path, queue, 1.0)
    for name, _, place in (entry.partition("=") for entry in env.names("PROVIDERS", ""))
    for path, _, queue in [place.partition("@")]
}
"""More providers beside the built-in ones: `PROVIDERS=name=package.module.Class@queue,...`; with the seconds that each
is expected to need."""
RENDERHUB_MANIM_PYTHON = env.text("MANIM_PYTHON")
"""The Python that has Manim, where it is not the one that runs this."""
RENDERHUB_CACHE = env.text("CACHE", str(MEDIA_ROOT / "cache"))
"""Where pieces of video are kept from one composition to the next; all of it can be made again."""
RENDERHUB_CACHE_MB = env.whole("CACHE_MB", 20_000, at_least=0)
RENDERHUB_MUSIC_FOLDER = env.text("MUSIC_FOLDER")
"""A folder of the operator's own tracks, instead of the ones that are bundled (R15)."""
RENDERHUB_S3 = {
    "endpoint": env.text("S3_ENDPOINT"),
    "bucket": env.text("S3_BUCKET"),
    "region": env.text("S3_REGION"),
    "access_key_id": env.text("S3_ACCESS_KEY_ID"),
    "secret_access_key": env.text("S3_SECRET_ACCESS_KEY"),
    "public_url": env.text("S3_PUBLIC_URL"),
}
"""The bucket of the provider `s3` (R17): `UPLOAD_CHAIN=s3,local_media`."""
RENDERHUB_SPOOL_GRACE_SECONDS = env.number("SPOOL_GRACE_SECONDS", 3600)
"""How long a video that was moved to the bucket is kept here, too."""
RENDERHUB_SPOOL_WARNING_PERCENT = env.number("SPOOL_WARNING_PERCENT", 80, at_least=1)
"""How full the disk of the media folder may be before that is told."""
# Predictions: generated pictures, clips and music (R13, R15).
RENDERHUB_PREDICTIONS = {
    "url": env.text("PREDICTIONS_URL"),
    "key": env.text("PREDICTIONS_KEY"),
    "poll_seconds": env.number("PREDICTIONS_POLL_SECONDS", 3, at_least=0.1),
    "webhook_secret": env.text("PREDICTIONS_WEBHOOK_SECRET"),
    "webhooks": env.flag("PREDICTIONS_WEBHOOKS", False),
}
"""The service; with a webhook secret it is asked to tell us when it is done, where BASE_URL can be reached from outside
(or `webhooks` says that it can)."""
RENDERHUB_PREDICTION_MODELS: dict[str, dict[str, Any]] = {
    kind: {
        "name": env.text(f"PREDICTION_{kind.upper()}_MODEL"),
        "input": env.mapping(f"PREDICTION_{kind.upper()}_INPUT", default),
        "smaller": env.mapping(f"PREDICTION_{kind.upper()}_SMALLER", {}),
    }
    for kind, default in (
        ("image", {"prompt": "$prompt", "aspect_ratio": "$aspect_ratio"}),
        ("clip", {"prompt": "$prompt", "aspect_ratio": "$aspect_ratio"}),
        ("music", {"prompt": "$prompt", "duration": "$seconds"}),
    )
}
"""The model of each kind, the input it is sent, and what of that is changed after it ran out of memory."""
_predicts = RENDERHUB_PREDICTIONS["url"] and RENDERHUB_PREDICTIONS["key"]
RENDERHUB_CHAINS |= {
    kind: env.names(f"{kind.upper()}_CHAIN", f"prediction_{kind}" if _predicts and model["name"] else "")
    for kind, model in RENDERHUB_PREDICTION_MODELS.items()
    if kind != "music"
}
"""What a segment that wishes for a generated picture or clip is tried with before the chain of `manim` (R13)."""
RENDERHUB_GENERATED_VISUALS = env.counts("GENERATED_VISUALS", ("image", "clip"))
"""`GENERATED_VISUALS=image:2,clip:1`: so many segments of a video, at most, show generated pictures and clips. Not set:
scripts made on this machine have none, and those of a chat provider as many as they ask for."""
# Render services on other hosts (R12, R16, R18), and what this host serves as one (`manage.py serve_engine`).
RENDERHUB_SERVICES = {
    name: {"url": env.text(f"{name.upper()}_URL").rstrip("/"), "key": env.text(f"{name.upper()}_KEY")}
    for name in ("manim_service", "revideo_service", "orchestrator")
}
RENDERHUB_ASSETS_URL = (env.text("ASSETS_URL") or env.text("BASE_URL", "http://localhost:8000")).rstrip("/")
"""Under which address a Revideo service reaches our web process, to fetch what it composes."""
SECURE_REDIRECT_EXEMPT = [r"^media/handed-out/"]
"""Those addresses are signed and expire; services fetch them inside the network, where no TLS is."""
RENDERHUB_SERVE_KEY = env.text("SERVE_KEY")
"""What `serve_engine` wants to be told by whoever asks; needed anywhere but on loopback."""
RENDERHUB_SERVE_ASSET_HOSTS = env.names("SERVE_ASSET_HOSTS", "localhost,127.0.0.1")
"""The hosts from which `serve_engine compose` fetches assets."""
# Services behind OpenAI-compatible addresses (R11, R14).
RENDERHUB_SCRIPT_API = {
    "url": env.text("SCRIPT_API_URL"),
    "key": env.text("SCRIPT_API_KEY"),
    "model": env.text("SCRIPT_API_MODEL"),
}
"""The chat service of the provider `openai_chat`: `SCRIPT_GEN_CHAIN=openai_chat,extractive`."""
RENDERHUB_SPEECH_API = {
    "url": env.text("SPEECH_API_URL"),
    "key": env.text("SPEECH_API_KEY"),
    "model": env.text("SPEECH_API_MODEL"),
    "voices": env.pairs("SPEECH_API_VOICES", "default=alloy,male=onyx,female=nova"),
    "form": env.choice("SPEECH_API_FORMAT", "mp3", ("mp3", "wav", "opus", "flac", "aac")),
    "characters": env.whole("SPEECH_API_CHARACTERS", 4_000, at_least=20),
}
"""The speech service of the provider `openai_speech`: `TTS_CHAIN=openai_speech,cached_speech,espeak`."""
RENDERHUB_EDGE = {
    "voices": env.pairs("EDGE_VOICES", ""),
    "address": env.text("EDGE_ADDRESS"),
    "python": env.text("EDGE_PYTHON"),
}
"""The provider `edge_speech`: `EDGE_VOICES=en:female=en-GB-SoniaNeural,...`; another server of its protocol, and the
Python that has the package edge-tts, where they are not the usual ones."""
RENDERHUB_SPEECH_CACHE_MB = env.whole("SPEECH_CACHE_MB", 5_000, at_least=0)
"""What the better voices said is kept up to this, for the day on which they do not answer (R14)."""
RENDERHUB_STAGE_SECONDS = {
    "orchestrator": env.number("ORCHESTRATOR_SECONDS", 600, at_least=0.1),
    "script_gen": env.number("SCRIPT_GEN_SECONDS", 120, at_least=0.1),
    "manim": env.number("MANIM_SECONDS", 300, at_least=0.1),
    "tts": env.number("TTS_SECONDS", 120, at_least=0.1),
    "music": env.number("MUSIC_SECONDS", 120, at_least=0.1),
    "revideo": env.number("REVIDEO_SECONDS", 600, at_least=0.1),
    "upload": env.number("UPLOAD_SECONDS", 600, at_least=0.1),
}
RENDERHUB_POLICY = {
    "attempts": env.whole("MEDIA_GENERATION_MAX_RETRIES", 3, at_least=1),
    "backoff_base": env.number("BACKOFF_BASE_SECONDS", 5),
    "backoff_factor": env.number("BACKOFF_FACTOR", 2, at_least=1),
    "backoff_cap": env.number("BACKOFF_CAP_SECONDS", 60),
    "requeues": env.whole("REQUEUES", 3),
    "requeue_delay": env.number("REQUEUE_DELAY_SECONDS", 300),
}
RENDERHUB_LEASE_SECONDS = env.number("LEASE_SECONDS", 8, at_least=1)
RENDERHUB_LEASE_RENEWAL_SECONDS = env.number("LEASE_RENEWAL_SECONDS", 2, at_least=0.1)
RENDERHUB_SWEEP_SECONDS = env.number("SWEEP_SECONDS", 5, at_least=0.1)
RENDERHUB_RUN_SECONDS = env.number("RUN_SECONDS", 45 * 60, at_least=1)
RENDERHUB_SOFT_STOP_SECONDS = env.number("SOFT_STOP_SECONDS", 5)
"""For how long a worker that was told to stop finishes what it does before it hands it back (R45); well below the time
after which whoever told it kills it: 20 s for `make run`, 10 s for Docker."""
RENDERHUB_SILENCE_SECONDS = env.number("SILENCE_SECONDS", 180, at_least=1)
"""For how long beat, or all workers, may leave no mark before that is an alert (R71)."""
RENDERHUB_LOSSES = env.whole("WORKER_LOSSES", 5, at_least=1)
"""How often a step may lose its worker before that counts against its provider (a poison step must end)."""
RENDERHUB_DAILY_AT = env.text("DAILY_AT", "04:00")
RENDERHUB_DUE_AT = env.text("DUE_AT", "06:00")
RENDERHUB_DAILY_GRACE_SECONDS = env.number("DAILY_GRACE_SECONDS", 3 * 3600)
"""For how long after its due time a run that was missed is still made up for (R3)."""
RENDERHUB_FETCH_PRIVATE_HOSTS = env.names("FETCH_PRIVATE_HOSTS", "")
"""Hosts with private addresses that may be fetched from all the same (R111)."""
RENDERHUB_HELD_PUBLISH_SECONDS = env.number("HELD_PUBLISHED_BEFORE_DUE_SECONDS", 15 * 60)
RENDERHUB_KEEP_DAYS = env.whole("KEEP_DAYS", 90, at_least=1)

# Alerts (R70, R71). Secrets stay here: a channel in the database names its webhook, it never holds it (R112).
RENDERHUB_BASE_URL = env.text("BASE_URL", "http://localhost:8000").rstrip("/")
"""Where people reach the console: links in messages begin with it."""
RENDERHUB_SLACK_WEBHOOKS: dict[str, str] = {
    name: url
    for name, _, url in (entry.partition("=") for entry in env.text("SLACK_WEBHOOKS").replace(",", " ").split())
}
"""`SLACK_WEBHOOKS=ops=https://hooks.slack.com/services/...,day=https://...`, or a file of such lines."""
CELERY_BEAT_SCHEDULE |= {
    "drop old messages and alerts": {
        "task": "alerts.prune",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"queue": Queue.CONTROL.value},
    },
}
RENDERHUB_ALERT_IN_A_ROW = env.whole("ALERT_IN_A_ROW", 3, at_least=1)
RENDERHUB_ALERT_CALM_SECONDS = env.number("ALERT_CALM_SECONDS", 120)
"""How long a service or feed must be well again before that is told: what comes and goes is one alert (R72)."""
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.whole("EMAIL_PORT", 25, at_least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT_SECONDS", 10, at_least=0.1)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "RenderHub <renderhub@localhost>")

# SLA and metrics (R63, R75, R76).
RENDERHUB_SLA_TARGET = env.number("SLA_TARGET", 95)
"""In percent: so many of the promised videos are to be ready in time."""
RENDERHUB_SLA_REPORT_AT = env.text("SLA_REPORT_AT", "06:05")
"""When the day's report is written, in the site's time zone; it covers what was due in the day up to then."""
RENDERHUB_QUEUE_DEPTH_LIMIT = env.whole("QUEUE_DEPTH_LIMIT", 500, at_least=1)
RENDERHUB_QUEUE_AGE_SECONDS = env.number("QUEUE_AGE_SECONDS", 30 * 60, at_least=1)
"""More steps waiting, or one waiting for longer, is not well (`manage.py queue_stats`)."""
CELERY_BEAT_SCHEDULE |= {
    "SLA report of the day": {
        "task": "monitoring.daily_report",
        "schedule": crontab(**_clock_time("SLA_REPORT_AT", RENDERHUB_SLA_REPORT_AT)),
        "options": {"queue": Queue.CONTROL.value},
    },
    "figures for the metrics page": {
        "task": "monitoring.rollup",
        "schedule": crontab(minute="*/5"),
        "options": {"queue": Queue.CONTROL.value, "expires": 300},
    },
    "drop what old figures were made from": {
        "task": "monitoring.prune",
        "schedule": crontab(hour="3", minute="50"),
        "options": {"queue": Queue.CONTROL.value},
    },
}

# Health (R40): each service is asked every minute; an answer that takes longer than this counts as none.
RENDERHUB_HEALTH_SECONDS = env.number("HEALTH_SECONDS", 5, at_least=0.1)
CELERY_BEAT_SCHEDULE |= {
    "ask the services how they are": {
        "task": "renders.check_services",
        "schedule": crontab(),
        "options": {"queue": Queue.CONTROL.value, "expires": 55},
    },
}

# Circuits, limits and expectations (R38, R39). A service that keeps failing is left alone; so many failures in the
# window, and at least half of its calls.
RENDERHUB_CIRCUIT = {
    "failures": env.whole("CIRCUIT_FAILURES", 5, at_least=1),
    "window": env.number("CIRCUIT_WINDOW_SECONDS", 60, at_least=1),
    "cool_down": env.number("CIRCUIT_COOL_DOWN_SECONDS", 60, at_least=0.1),
    "longest_cool_down": env.number("CIRCUIT_LONGEST_COOL_DOWN_SECONDS", 600, at_least=0.1),
}
RENDERHUB_RETRY_BUDGET = env.number("RETRY_BUDGET", 1.1, at_least=1)
"""Calls for each that was wanted, once half of a service's calls fail."""
RENDERHUB_PROVIDER_LIMITS = env.names("PROVIDER_LIMITS", "")
"""`PROVIDER_LIMITS=openai_speech=5,openai_speech=600/min`: calls at once, and calls in any second, minute, hour or day
(`s`, `min`, `h`, `day`), of all workers together."""
RENDERHUB_STEPS_AT_ONCE = env.whole("STEPS_AT_ONCE", os.cpu_count() or 1, at_least=1)
"""Steps that all workers make side by side: what expected times are shared out by."""
RENDERHUB_AT_RISK_SECONDS = env.number("AT_RISK_SECONDS", 0)
"""A render is at risk where it may be ready later than so many seconds before it is due."""

SENTRY_DSN = env.text("SENTRY_DSN")
LOG_FORMAT = env.choice("LOG_FORMAT", "auto", ("auto", "json", "text"))
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "renderhub.lib.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "RenderHub",
    "SITE_HEADER": "RenderHub",
    "SITE_SYMBOL": "movie",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("console/favicon.svg")}],
    "STYLES": [lambda _: static("console/console.css")],
    "SCRIPTS": [
        lambda _: static("console/times.js"),
        lambda _: static("console/copy.js"),
        lambda _: static("console/mends.js"),
    ],
    "DASHBOARD_CALLBACK": "renders.admin.index.dashboard",
    "SIDEBAR": {"navigation": "renders.admin.navigation.sidebar"},
    # Paper by day, ink by night, as in the videos. Small print is a step darker than unfold's own: it must be read.
    "COLORS": {
        "base": {
            "50": "#faf7f2",
            "100": "#f5f1ea",
            "200": "#e7e2da",
            "300": "#d6d0c7",
            "400": "#94a3b8",
            "500": "#64748b",
            "600": "#475569",
            "700": "#334155",
            "800": "#1e293b",
            "900": "#0f172a",
            "950": "#020617",
        },
        "primary": {
            "50": "#f0f9ff",
            "100": "#e0f2fe",
            "200": "#bae6fd",
            "300": "#7dd3fc",
            "400": "#38bdf8",
            "500": "#38bdf8",
            "600": "#0369a1",
            "700": "#075985",
            "800": "#0c4a6e",
            "900": "#0b3a57",
            "950": "#082f49",
        },
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
}
