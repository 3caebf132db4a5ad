"""Who this installation is, and the environment that every part reads.

The real environment wins; then `LIAISON_HOME/services.env`, which `manage.py up` writes for the
services it embeds, so that any other command finds them.
"""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
LIAISON_HOME = Path(env.str("LIAISON_HOME", default=str(BASE_DIR / "var"))).resolve()
env.read_env(LIAISON_HOME / "services.env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
HTTPS = env.bool("HTTPS", default=not DEBUG)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
# Shown beside each worker; empty takes the commit of the working copy.
LIAISON_VERSION = env.str("LIAISON_VERSION", default="")
