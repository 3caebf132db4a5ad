"""A dummy channel and a dummy job, added to a copy of the tree as CONTRIBUTING.md says.

Each edit is anchored at a line of code. An edit whose line is gone fails with the name of its file.
"""

import re
from pathlib import Path

from deploy import messages

# Of a text that is still without French.
EMPTY = re.compile(r'^(msgid "[^"]*[Dd]umm[^"]*")\nmsgstr ""$', re.MULTILINE)


def insert(folder: Path, name: str, anchor: str, text: str, *, before: bool = False) -> None:
    """Add text after a piece of code that a file has once, or before it."""
    file = folder / name
    code = file.read_text()
    assert code.count(anchor) == 1, f"{name} has {code.count(anchor)} times {anchor!r}: adapt this"
    file.write_text(code.replace(anchor, text + anchor if before else anchor + text))


def append(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"{file.read_text()}\n\n{text.strip()}\n")


def import_(folder: Path, name: str, module: str, what: str) -> None:
    """Import one thing more from a module."""
    file = folder / name
    code = file.read_text()
    line = re.compile(rf"^from {re.escape(module)} import (\(.*?\)|[^\n]+)$", re.M | re.S)
    found = line.search(code)
    if found is None:
        last = list(re.finditer(r"^(?:from|import) .*?(?:\(.*?\))?$", code, re.M | re.S))[-1]
        file.write_text(f"{code[: last.end()]}\nfrom {module} import {what}{code[last.end() :]}")
        return
    names = {part.strip() for part in found[1].strip("()").split(",") if part.strip()} | {what}
    new = ",\n    ".join(names)
    file.write_text(
        f"{code[: found.start()]}from {module} import (\n    {new},\n){code[found.end() :]}"
    )


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.lstrip())


def translate(folder: Path) -> None:
    """Give the texts of the additions their French, and compile it."""
    for catalog in folder.glob("*/locale/fr/LC_MESSAGES/django.po"):
        text = EMPTY.sub(_same_in_french, catalog.read_text())
        catalog.write_text(text)
        catalog.with_suffix(".mo").write_bytes(messages.compiled(text))


def _same_in_french(found: re.Match[str]) -> str:
    text = found[1].removeprefix("msgid ")
    return f"{found[1]}\nmsgstr {text}"


def add_channel(folder: Path) -> None:
    """Add a channel `dummy` that takes every message at once."""
    insert(
        folder,
        "notifications/models.py",
        '    EMAIL = "email", _("email")\n',
        '    DUMMY = "dummy", _("dummy")\n',
    )
    write(folder, "notifications/dummy/__init__.py", '"""A channel that accepts everything."""\n')
    write(folder, "notifications/dummy/send.py", DUMMY_SEND)
    rules = "notifications/planning/rules.py"
    insert(
        folder,
        rules,
        "    planned = [\n",
        "    wanted.append((Channel.DUMMY, now))\n",
        before=True,
    )
    append(folder, rules, DUMMY_RULE)
    batch = "notifications/delivery/batch.py"
    insert(folder, batch, "LEASES = {", "Channel.DUMMY: timedelta(seconds=5), ")
    insert(
        folder,
        batch,
        "    decision = ask(",
        "    if row.channel == Channel.DUMMY:\n        ask = rules.ask_dummy\n",
        before=True,
    )
    dispatch = "notifications/dispatch.py"
    import_(folder, dispatch, "notifications.dummy", "send as dummy_send")
    insert(
        folder,
        dispatch,
        "    if batch.channel == Channel.EMAIL:\n",
        "    if batch.channel == Channel.DUMMY:\n"
        "        return _outcome_of_email(dummy_send.send(batch))\n",
        before=True,
    )
    insert(
        folder,
        "notifications/delivery/status.py",
        "    if push and push.displayed_at:\n",
        "    dummy = channels.get(Channel.DUMMY)\n"
        "    if dummy and dummy.status == Delivery.Status.SENT:\n"
        "        return PersonState(user, State.RECEIVED, dummy.sent_at)\n",
        before=True,
    )
    insert(
        folder,
        "notifications/README.md",
        "| `planning/` |",
        "| `dummy/` | A channel that accepts everything. |\n",
        before=True,
    )
    insert(folder, "pyproject.toml", 'layers = ["webhooks", "inbound_email", ', '"dummy", ')
    insert(
        folder,
        "workers/engine/descriptions.py",
        "def _told_by(channel: str) -> str:\n",
        "    if channel == Channel.DUMMY:\n"
        '        return _("Dummy to %(recipient)s of %(author)s, “%(subject)s”")\n',
    )
    insert(
        folder,
        "workers/monitoring/business_metrics.py",
        '        _rate("email_delivered",',
        '        _rate("dummy_delivered", _("Dummies delivered, 24 h"), '
        "found.get(Channel.DUMMY)),\n",
        before=True,
    )
    insert(
        folder,
        "tests/notifications/planning/test_rules.py",
        'for channel in Channel} == {"push", "email"',
        ', "dummy"',
    )
    write(folder, "tests/notifications/dummy/__init__.py", "")
    write(folder, "tests/notifications/dummy/test_dummy.py", DUMMY_CHANNEL_TEST)


DUMMY_SEND = '''
"""Accept a batch and do nothing with it."""

from notifications.delivery.batch import Batch
from notifications.delivery.result import SendResult, SendStatus


def send(batch: Batch) -> SendResult:
    return SendResult(SendStatus.ACCEPTED)
'''
DUMMY_RULE = '''
def ask_dummy(due: DueFacts, now: datetime) -> Decision:
    """Return what holds for every channel."""
    return _ask(due)
'''
DUMMY_CHANNEL_TEST = '''
"""A message leaves by the dummy channel, and its author sees it."""

import pytest

from core.models import User
from notifications import actions, fan_out
from notifications.models import Delivery
from tests.cast import Say
from tests.notifications.steps import state_of
from workers.engine import descriptions


@pytest.mark.django_db
def test_message_leaves_by_the_dummy_channel(say: Say, camille: User, odile: User) -> None:
    message = say(camille, "Le carreau est fendu")
    fan_out.fan_out(message.pk)
    delivery = Delivery.objects.get(message=message, recipient=odile, channel="dummy")

    actions.deliver(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert state_of(message, odile) == "received"
    described = descriptions.deliveries([str(delivery.pk)])
    assert str(described[str(delivery.pk)].words).startswith("Dummy to Odile")
'''


def known_channels_test(folder: Path) -> str:
    """Return the id of the test that knows all channels."""
    name = "tests/notifications/planning/test_rules.py"
    before = (folder / name).read_text().split("for channel in Channel}")[0]
    titles = re.findall(r"def (test_\w+)", before)
    return f"{name}::{titles[-1]}"


def add_job(folder: Path) -> None:
    """Add a job `check_dummy` that rows of their own ask for."""
    append(folder, "attachments/models.py", DUMMY_MODEL)
    import_(folder, "attachments/queries.py", "attachments.models", "Dummy")
    append(folder, "attachments/queries.py", DUMMY_QUERY)
    import_(folder, "attachments/actions.py", "attachments.models", "Dummy")
    append(folder, "attachments/actions.py", DUMMY_ACTIONS)
    enqueue = "core/jobs/enqueue.py"
    insert(folder, enqueue, '    BEAT = "beat"\n', '    CHECK_DUMMY = "check_dummy"\n')
    insert(
        folder,
        enqueue,
        "    Job.BEAT: Queue.MAINTENANCE,\n",
        "    Job.CHECK_DUMMY: Queue.MAINTENANCE,\n",
    )
    registry = "workers/registry.py"
    import_(folder, registry, "attachments.queries", "pending_dummies")
    import_(folder, registry, "attachments.actions", "check_dummy")
    insert(folder, registry, "PERIODIC_TASKS = PeriodicTasks(", DUMMY_JOB_TYPE, before=True)
    insert(folder, registry, "JOB_TYPES: tuple[JobType, ...] = (", "DUMMIES, ")
    import_(folder, "workers/tasks.py", "workers.registry", "DUMMIES")
    append(folder, "workers/tasks.py", DUMMY_TASK)
    write(folder, "tests/attachments/test_dummies.py", DUMMY_JOB_TEST)


DUMMY_MODEL = '''
class Dummy(LeasedJob):
    """A row that asks to be checked."""

    id = models.UUIDField(primary_key=True, default=new_id)
    is_checked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.pk)
'''
DUMMY_QUERY = """
def pending_dummies() -> QuerySet[Dummy]:
    return Dummy.objects.filter(is_checked=False)
"""
DUMMY_ACTIONS = """
@transaction.atomic
def add_dummy() -> Dummy:
    row = Dummy.objects.create()
    enqueue(Job.CHECK_DUMMY, dummy_id=row.pk)
    return row


def check_dummy(dummy_id: UUID) -> None:
    Dummy.objects.filter(pk=dummy_id).update(is_checked=True, due_at=None)
"""
DUMMY_JOB_TYPE = """
DUMMIES = JobType(
    job=Job.CHECK_DUMMY,
    label=_("Dummies checked"),
    id_name="dummy_id",
    pending_rows=pending_dummies,
    perform=check_dummy,
    lease=timedelta(seconds=5),
)

""".lstrip("\n")
DUMMY_TASK = """
@shared_task(name=Job.CHECK_DUMMY.value)
def check_dummy(dummy_id: str) -> str:
    return execute.execute(DUMMIES, UUID(dummy_id))
"""
DUMMY_JOB_TEST = '''
"""The dummy job is done once, by its task."""

import pytest

from attachments.actions import add_dummy
from workers.tasks import check_dummy


@pytest.mark.django_db
def test_job_is_done_once() -> None:
    row = add_dummy()

    outcomes = [check_dummy(dummy_id=str(row.pk)), check_dummy(dummy_id=str(row.pk))]

    row.refresh_from_db()
    assert outcomes == ["succeeded", "nothing"]
    assert row.is_checked
'''
