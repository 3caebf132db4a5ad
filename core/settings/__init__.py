"""Read all settings from the environment.

Each module is a section of `.env.example`, in the same order. That file names every variable, with
its default and its meaning.
"""

# ruff: noqa: F403, I001 (each part gives all its settings, in the order of `.env.example`)
from core.settings.env import *
from core.settings.apps import *
from core.settings.database import *
from core.settings.storage import *
from core.settings.backups import *
from core.settings.celery import *
from core.settings.auth import *
from core.settings.rest_api import *
from core.settings.security import *
from core.settings.email import *
from core.settings.push import *
from core.settings.hours import *
from core.settings.chain import *
from core.settings.limits import *
from core.settings.logging import *
from core.settings.telemetry import *
