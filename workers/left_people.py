"""Where the records of the background work may name a person who is anonymised."""

from core.leaving import TEXTS
from workers.models import Alert, DeadLetter, TaskAction, TaskRun

TEXTS += [
    (TaskRun, "arguments"),
    (TaskRun, "error_text"),
    (TaskRun, "traceback"),
    (DeadLetter, "reason"),
    (DeadLetter, "note"),
    (Alert, "detail"),
    (TaskAction, "target"),
    (TaskAction, "reason"),
]
