#!/usr/bin/env python
"""Django's command line, `up`, which starts everything, and `restart_web` beside it."""

import os
import sys

from django.core.management import execute_from_command_line

from deploy import up
from deploy.launcher import web_restart


def main() -> None:
    # `up` comes before Django: the settings want the addresses of services that `up` starts.
    if sys.argv[1:2] == ["up"]:
        sys.exit(up.main())
    if sys.argv[1:2] == ["restart_web"]:
        sys.exit(web_restart.main())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
