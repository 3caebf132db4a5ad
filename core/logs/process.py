"""Tell which of our processes this is, for the field `process` of each line."""

import sys
from pathlib import Path

SERVERS = frozenset({"web", "worker", "beat"})
# They run without a person, as a step of an installation: what they print is a log too.
STEPS = frozenset(
    {"migrate", "setup_storage", "collectstatic", "prepare", "check", "poll_inbox", "send_alerts"}
)


def process_name(arguments: list[str] | None = None) -> str:
    """Return `web`, `worker`, `beat`, `manage.py COMMAND`, or "" for any other program."""
    program, *words = (sys.argv if arguments is None else arguments) or [""]
    path = Path(program)
    if path.name == "server.py" and path.parent.name == "core":
        return "web"
    if path.name == "celery" or path.parts[-2:] == ("celery", "__main__.py"):
        return next((word for word in words if word in ("worker", "beat")), "celery")
    if path.name == "manage.py" or path.parts[-2:] == ("django", "__main__.py"):
        return f"manage.py {words[0]}" if words else "manage.py"
    return ""


def is_command(name: str) -> bool:
    return name.startswith("manage.py")


def is_step(name: str) -> bool:
    return name.removeprefix("manage.py ") in STEPS
