"""What `systemctl` does for the upgrade, where systemd is not the first process of the machine.

    python -m tests.deploy.units FOLDER WORDS…     (as `systemctl WORDS…`)

FOLDER holds `NAME.service`, a JSON list with the command of each unit, and `NAME.service.pid`. Its
processes are real, and are started in the folder that the link `FOLDER/code` leads to.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STOP_SECONDS = 30


def main(folder: Path, verb: str, *words: str) -> None:
    units = sorted(file.name for file in folder.glob("*.service"))
    if verb == "list-units":
        print("\n".join(f"{unit} loaded active running Liaison" for unit in units))  # noqa: T201
    elif verb == "show":
        print((folder / f"{words[-1]}.pid").read_text())  # noqa: T201
    elif verb == "restart":
        stop(folder, words[0])
        start(folder, words[0])
    else:
        sys.exit(f"not for the upgrade: {verb}")


def start(folder: Path, unit: str) -> None:
    with (folder / f"{unit}.log").open("ab") as log:
        process = subprocess.Popen(
            json.loads((folder / unit).read_text()),
            cwd=(folder / "code").resolve(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (folder / f"{unit}.pid").write_text(str(process.pid))


def stop(folder: Path, unit: str) -> None:
    pid = int((folder / f"{unit}.pid").read_text())
    deadline = time.monotonic() + STOP_SECONDS
    number = signal.SIGTERM
    while is_running(pid):
        os.kill(pid, number)
        time.sleep(0.05)
        if time.monotonic() > deadline:
            number = signal.SIGKILL


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that only waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
