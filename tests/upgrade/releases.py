"""The earlier states whose data is kept, and where it lies.

Each is the last commit of one round of work, so that installations may run it. `make.py` makes the
data of one, which is added here. Versions are numbered since 0.1.0, the first of them.
"""

from pathlib import Path

DUMPS = Path(__file__).parent / "dumps"
FIRST = "e8646dd"
# By commit: what it lacks of today.
COMMITS = {
    FIRST: "0.1.0: no epoch, no kinds of files, one web process without a drain",
    "e409e00": "epoch, bounces, the shared mailbox; no bounded kinds of files",
    "b55352c": "files by their bytes, emails to sort; no search table, no desk",
    "d51d70d": "the desk, search, portraits; no credentials, no events, no webhooks",
    "3ce9039": "events, webhooks, second factors; alerts are kept without their service",
}


def database_of(commit: str) -> Path:
    return DUMPS / f"{commit}.dump"


def objects_of(commit: str) -> Path:
    return DUMPS / f"{commit}.objects.tar.gz"
