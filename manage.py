#!/usr/bin/env python
"""Django's command line; `up`, which starts everything; `restart_web`; and `upgrade`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core import collector
from core.start import sentence_of


def main() -> None:
    # `up` comes before Django: the settings want the addresses of services that `up` starts. Its
    # imports take 0.3 s, which no other command needs.
    if sys.argv[1:2] == ["up"]:
        from deploy import up

        sys.exit(up.main())
    if sys.argv[1:2] == ["restart_web"]:
        from deploy.launcher import web_restart

        sys.exit(web_restart.main())
    if sys.argv[1:2] == ["upgrade"]:
        from deploy import upgrade

        sys.exit(upgrade.main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    is_backup = sys.argv[1:2] in (["backup"], ["restore"]) and not {"-h", "--help"} & {*sys.argv}
    if is_backup and not os.environ.get("DATABASE_URL"):
        # The services of `up` that is not running: started for the command alone.
        from deploy import services_alone

        sys.exit(services_alone.run(execute))
    execute()


def execute() -> None:
    if sys.argv[1:2] == ["prepare"]:
        # Until the command itself begins.
        collector.pause()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"liaison: {sentence_of(error)}")


if __name__ == "__main__":
    main()
