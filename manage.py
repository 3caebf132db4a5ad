#!/usr/bin/env python
"""Django's command line, and `up`, which starts everything."""

import os
import sys

from django.core.management import execute_from_command_line

from deploy import up


def main() -> None:
    # `up` comes before Django: the settings want the addresses of services that `up` starts.
    if sys.argv[1:2] == ["up"]:
        sys.exit(up.main())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
