"""The web processes of the launcher alone: `python -m tests.deploy.web_alone PORT`."""

import os
import sys

from deploy.launcher import app_processes
from deploy.launcher.console import Console
from deploy.launcher.data_dir import DataDir
from deploy.launcher.listening import listen
from deploy.launcher.supervisor import StopRequested, Supervisor
from deploy.launcher.web_restart import WebRestart
from deploy.up import APP_READY_SECONDS, DRAIN_LIMIT_SECONDS

COUNT = 2


def main() -> None:
    data_dir, supervisor = DataDir.from_environment(), Supervisor(Console())
    supervisor.handle_signals()
    sockets = listen("127.0.0.1", int(sys.argv[1]))
    webs = app_processes.web_processes(data_dir, os.environ, sockets, COUNT)

    def restart() -> None:
        supervisor.replace(webs, APP_READY_SECONDS, DRAIN_LIMIT_SECONDS)
        WebRestart(data_dir).finish("")

    with data_dir.locked():
        try:
            for web in webs:
                supervisor.start(web)
            supervisor.wait_until_ready(webs, APP_READY_SECONDS)
            supervisor.watch(restart)
        except StopRequested:
            supervisor.stop_all([webs], [6.0])


if __name__ == "__main__":
    main()
