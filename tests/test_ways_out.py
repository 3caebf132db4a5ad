"""Every way out of Liaison is known, and closed on a copy (`core.installation`).

A module that learns to speak to other machines belongs into WAYS, with what closes it on a copy or
why nothing has to. `tests/flows/test_copy.py` tries those that reach people.
"""

import ast
from pathlib import Path

import pytest

from tests.test_architecture import APPS, ROOT, relative, sources

# What speaks to other machines, by the beginning of its name.
TRANSPORTS = (
    "aiohttp", "boto3", "botocore", "django.core.mail", "ftplib", "http.client", "httpx",
    "imap_tools", "imaplib", "jwt.PyJWKClient", "opentelemetry.exporter", "pywebpush", "requests",
    "sentry_sdk", "smtplib", "socket", "storages.backends", "urllib.request", "urllib3",
    "websockets",
)  # fmt: skip
# Asks `core.installation` itself before anything leaves.
CLOSED = "closed on a copy"
READS = "reads for a login"
FILES = "writes and reads the bucket; deleting is closed on a copy"
WAYS = {
    # Emails
    "notifications/outbound_email/send.py": CLOSED,
    "notifications/outbound_email/server_fault.py": CLOSED,
    "notifications/outbound_email/demo_mailbox.py": "writes files on this machine",
    "notifications/outbound_email/headers.py": "composes",
    "notifications/inbound_email/bounce.py": "sends by outbound_email/send",
    "notifications/doctor.py": CLOSED,
    # Emails that come in
    "notifications/inbound_email/imap.py": CLOSED,
    "notifications/inbound_email/arrivals.py": "knows an error of the bucket",
    # Pushes and webhooks
    "notifications/push/devices.py": CLOSED,
    "notifications/push/webpush.py": "called by push/devices",
    "notifications/push/endpoint_guard.py": "asks DNS",
    "notifications/push/pinned_http.py": "called by push/webpush and webhooks/sending",
    "notifications/webhooks/sending.py": CLOSED,
    # Time stamps
    "messaging/chain/stamps.py": CLOSED,
    # Alerts
    "workers/monitoring/telling.py": CLOSED,
    "workers/recovery/beat_watchdog.py": CLOSED,
    # Files
    "attachments/storage/bucket.py": FILES,
    "attachments/storage/bucket_setup.py": "called by setup_storage, which is closed on a copy",
    "attachments/storage/objects.py": CLOSED,
    "attachments/storage/multipart.py": CLOSED,
    "attachments/doctor.py": "deletes what it has just written",
    "attachments/scanning/clamd.py": "asks the antivirus",
    "attachments/management/commands/setup_storage.py": CLOSED,
    "workers/backups/bucket_place.py": "the place of backups, which a copy has to be told by name",
    # What reaches nobody
    "core/auth/issuer_keys.py": READS,
    "core/auth/jwt_tokens.py": READS,
    "core/auth/oidc.py": READS,
    "core/doctor/public_address.py": "calls our own address",
    "core/server.py": "listens",
    "core/telemetry/sentry.py": "reports to the operator, who named the address",
    "core/telemetry/otel.py": "reports to the operator, who named the address",
    "core/telemetry/tracing.py": "reports to the operator, who named the address",
    "workers/monitoring/disks.py": "asks for the name of this machine",
    "workers/records/recorder.py": "asks for the name of this machine",
    "workers/recovery/heartbeat.py": "asks for the name of this machine",
}
# Who may call what does not ask by itself.
CALLERS = {
    "notifications.push.pinned_http": {
        "notifications/push/webpush.py", "notifications/webhooks/sending.py",
    },
    "notifications.push.webpush.send": {"notifications/push/devices.py"},
    "attachments.storage.bucket_setup": {
        "attachments/management/commands/setup_storage.py",
        # Into an empty bucket, or one that somebody names to be replaced.
        "workers/backups/restore.py",
    },
}  # fmt: skip
# Calls of S3 that take something away or change how the bucket works.
CHANGES_OF_BUCKET = {
    "abort_multipart_upload": {"attachments/storage/multipart.py"},
    # The second deletes all versions for a purge, the third old backups in their own bucket.
    "delete_objects": {
        "attachments/storage/objects.py",
        "attachments/storage/versions.py",
        "workers/backups/bucket_place.py",
    },
    "delete_object": set[str](),
    "put_bucket_cors": {"attachments/storage/bucket_setup.py"},
    "put_bucket_lifecycle_configuration": {"attachments/storage/bucket_setup.py"},
}
ASKING = {"is_copy", "require_original", "shares_bucket"}


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def attributes_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_every_module_that_speaks_to_other_machines_is_known() -> None:
    speaking = {
        relative(path): {name for name in imports_of(path) if name.startswith(TRANSPORTS)}
        for path in sources(*APPS)
    }

    assert {path: names for path, names in speaking.items() if names and path not in WAYS} == {}


def test_no_module_is_listed_that_is_gone() -> None:
    assert [path for path in WAYS if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("path", sorted(path for path, how in WAYS.items() if how == CLOSED))
def test_module_that_is_closed_on_a_copy_asks(path: str) -> None:
    assert attributes_of(ROOT / path) & ASKING


@pytest.mark.parametrize("name", sorted(CALLERS))
def test_module_that_asks_nobody_is_called_by_those_that_do(name: str) -> None:
    module, _, function = name.rpartition(".")
    calling = set()
    for path in sources(*APPS):
        imported = imports_of(path)
        if name in imported or (module in imported and _calls(path, module, function)):
            calling.add(relative(path))

    assert calling == CALLERS[name]


def _calls(path: Path, module: str, function: str) -> bool:
    """Tell whether a module has `webpush.send` where `webpush` is imported."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == function
        and isinstance(node.value, ast.Name)
        and node.value.id == module.rpartition(".")[2]
        for node in ast.walk(ast.parse(path.read_text()))
    )


@pytest.mark.parametrize("call", sorted(CHANGES_OF_BUCKET))
def test_bucket_is_changed_in_one_place(call: str) -> None:
    changing = {relative(path) for path in sources(*APPS) if call in attributes_of(path)}

    assert changing == CHANGES_OF_BUCKET[call]
