"""The settings of the product, with the URLs of `rivals`.

One process serves the product and the rivals, so that only the views differ.
"""

from core.settings import *  # noqa: F403
from core.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework.authtoken"]
ROOT_URLCONF = "tests.bench.urls"
