"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
# A request must not meet a connection that the database has closed meanwhile; workers have their own way.
os.environ.setdefault("DB_HEALTH_CHECKS", "1")

application = get_wsgi_application()
