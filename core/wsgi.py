"""Define the WSGI application. It can run alone in another server, then without streams."""

import os

from django.core.wsgi import get_wsgi_application

from core.start import require_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

require_settings()

application = get_wsgi_application()
