"""Settings, all from the environment.

One module a section of `.env.example`, in its order, which names every variable and its default.
"""

# ruff: noqa: F403, I001 (in the order of `.env.example`, and all that each part sets)
from core.settings.env import *
from core.settings.apps import *
from core.settings.database import *
from core.settings.storage import *
from core.settings.celery import *
from core.settings.auth import *
from core.settings.rest_api import *
from core.settings.security import *
from core.settings.email import *
from core.settings.push import *
from core.settings.limits import *
from core.settings.logging import *
