"""Find clamd on the machine, or download Debian's and unpack it in a folder; and start it.

Nothing is installed and no root is needed. Its one signature is that of the EICAR test file.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.attachments import samples
from tests.debian_packages import fetch

START_SECONDS = 20
CONFIGURATION = """
Foreground yes
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/base
LogFile {folder}/clamd.log
PidFile {folder}/clamd.pid
TemporaryDirectory {folder}
StreamMaxLength 1M
AlertExceedsMax yes
AlertEncrypted yes
"""


@dataclass(frozen=True)
class Program:
    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def program(cache: Path) -> Program:
    """Return clamd, downloaded to `cache` when the machine has none. Skips the test without it."""
    # The PATH of a user may lack the folder of daemons.
    if found := shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin"):
        return Program(Path(found))
    unpacked = cache / "root" / "usr" / "sbin" / "clamd"
    if not unpacked.exists():
        fetch(cache, "clamav-daemon", wanted="clamd")
    libraries = ":".join(str(path) for path in (cache / "root" / "usr" / "lib").glob("*-linux-*"))
    return Program(unpacked, {"LD_LIBRARY_PATH": libraries})


@dataclass(frozen=True)
class Clamd:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def running(program: Program, folder: Path) -> Iterator[Clamd]:
    (folder / "base").mkdir(exist_ok=True)
    signature = samples.EICAR.hex()
    (folder / "base" / "own.ndb").write_text(f"Liaison.Test.EICAR:0:*:{signature}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder))
    listening = folder / "clamd.sock"
    listening.unlink(missing_ok=True)
    process = subprocess.Popen(
        [program.path, "--config-file", str(folder / "clamd.conf")],
        env={**os.environ, **program.environment},
        # It is in its log as well.
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(listening, process)
        yield Clamd(f"unix://{listening}", process)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not path.exists():
        assert process.poll() is None, "clamd ended"
        assert time.monotonic() < deadline, "clamd does not listen"
        time.sleep(0.05)
