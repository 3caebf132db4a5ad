"""The product's own settings, and the rivals' addresses beside the product's.

One process serves all of them: the same server, threads and middleware, so that nothing but the
view differs.
"""

from core.settings import *  # noqa: F403
from core.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework.authtoken"]
ROOT_URLCONF = "tests.bench.urls"
