"""Read the environment, and set the name, mode and folders of this installation.

A real environment variable wins over a line of `LIAISON_HOME/services.env`. `manage.py up` writes
that file for the services that it starts, so that every other command finds them.
"""

from pathlib import Path

import environ

from core.logs.setup import early

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
LIAISON_HOME = Path(env.str("LIAISON_HOME", default=str(BASE_DIR / "var"))).resolve()
env.read_env(LIAISON_HOME / "services.env")
early(env.ENVIRON)

DEBUG = env.bool("DEBUG", default=False)
# Django's pages with tracebacks, instead of ours; with DEBUG only.
TRACEBACKS = env.bool("TRACEBACKS", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
# Ids of `check --deploy` that this installation does without, such as notifications.E001.
SILENCED_SYSTEM_CHECKS = env.list("SILENCED_CHECKS", default=[])
# Former ones, which still read what they have signed or encrypted.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
HTTPS = env.bool("HTTPS", default=not DEBUG)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
# The port of `make sample-portal` on this machine: its pages may call the API, and webhooks may go
# there, though it is on loopback. 0: none. `check --deploy` refuses it.
SAMPLE_PORTAL_PORT = env.int("SAMPLE_PORTAL_PORT", default=8100 if DEBUG else 0)
# Names the build, after the version. Empty: the commit of the working copy.
LIAISON_VERSION = env.str("LIAISON_VERSION", default="")
