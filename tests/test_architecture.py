"""The code keeps its shape: imports, sizes, jobs, addresses, migrations."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from core.jobs.enqueue import QUEUES, Job, Queue
from core.models import User
from workers.celery import app as celery

ROOT = Path(__file__).resolve().parent.parent
# The apps, the lowest first.
STACK = ["core", "attachments", "messaging", "notifications", "workers"]
APPS = [app for app in STACK if (ROOT / app).is_dir()]


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*APPS, cache_dir=None)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- Imports of Python --------------------------------------------------------------------------


def test_imports_go_down_only() -> None:
    """import-linter checks the contracts of pyproject.toml."""
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-3000:]


# Packages and modules through which a request or a command enters an app.
DOORS = {
    "urls", "api", "pages", "admin", "management", "demo", "asgi", "wsgi", "server", "tasks",
    "dashboard",
    "endpoint", "webhook", "signals", "apps", "folders_api", "forward_api", "print_pages",
    "export_pages",
}  # fmt: skip


def is_door(module: str) -> bool:
    parts = module.split(".")[1:]
    return parts[0] != "settings" and not DOORS.isdisjoint(parts)


def is_action(module: str) -> bool:
    return "actions" in module.split(".")[1:]


@pytest.mark.parametrize("app", APPS)
def test_work_modules_know_neither_doors_nor_actions(app: str) -> None:
    """Otherwise an action could be a step of another one, and a door a step of an action."""
    modules = [name for name in graph().modules if name.startswith(f"{app}.")]
    inner = [name for name in modules if not is_door(name) and not is_action(name)]

    wrong = {
        (name, known)
        for name in inner
        for known in graph().find_modules_directly_imported_by(name)
        if known.startswith(f"{app}.") and (is_door(known) or is_action(known))
    }

    assert wrong == set()


# Packages that Django asks for.
NOT_ROOMS = {"migrations", "management", "templatetags"}


def packages(app: str) -> list[str]:
    return [
        f"{app}.{folder.name}"
        for folder in sorted((ROOT / app).iterdir())
        if (folder / "__init__.py").is_file() and folder.name not in NOT_ROOMS
    ]


@pytest.mark.parametrize("app", APPS)
def test_packages_of_an_app_depend_on_each_other_in_no_circle(app: str) -> None:
    squashed = grimp.build_graph(*APPS, cache_dir=None)
    names = packages(app)
    for name in names:
        squashed.squash_module(name)

    circles = {
        (one, other)
        for one in names
        for other in names
        if one < other and squashed.chain_exists(one, other) and squashed.chain_exists(other, one)
    }

    assert circles == set()


@pytest.mark.parametrize("app", APPS)
def test_packages_are_described_in_one_line_each(app: str) -> None:
    """Each has a docstring and a row in the README of its app."""
    readme = (ROOT / app / "README.md").read_text()
    names = [name.partition(".")[2] for name in packages(app)]

    silent = [name for name in names if not ast.get_docstring(_init_of(app, name))]
    unlisted = [name for name in names if f"`{name}/`" not in readme]

    assert (silent, unlisted) == ([], [])


def _init_of(app: str, package: str) -> ast.Module:
    return ast.parse((ROOT / app / package / "__init__.py").read_text())


def test_no_import_hides_in_a_function() -> None:
    hidden = {
        f"{relative(path)}:{node.lineno}"
        for path in sources(*APPS, "deploy")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    # An AppConfig imports what needs the models once Django is ready, as Django asks. The decoder
    # is a program that imports only what its format needs. The packages of telemetry are optional.
    # The others load 2 to 26 MB each that few processes need.
    telemetry = "telemetry/tracing|telemetry/error_reports"
    large = "importing/tables|push/webpush|scanning/policy|outbound_email/message"
    large += "|reading/(calendar|html_text|opaque)|auth/passkeys|exporting/pdf|chain/stamps"
    large += "|working_time"
    allowed = rf"/(apps|decoder/\w+|{telemetry}|{large})\.py:"
    assert {place for place in hidden if not re.search(allowed, place)} == set()


@pytest.mark.parametrize("module", ["core.server, core.urls", "workers.tasks", "workers.beat"])
def test_start_of_a_process_loads_no_large_package(module: str) -> None:
    """What one page or one job in a thousand needs is loaded by that page or job."""
    large = {
        "css_inline", "fido2", "fontTools", "fpdf", "holidays", "icalendar", "lxml", "openpyxl",
        "PIL", "pywebpush", "rfc3161_client", "uharfbuzz", "yara_x",
    }  # fmt: skip
    script = f"""
import sys, django
django.setup()
import {module}
print(*(sys.modules.keys() & {large!r}))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert ran.stdout.split() == []


def test_core_names_the_other_apps_in_its_settings_and_addresses_alone() -> None:
    others = re.compile(rf"\b({'|'.join(STACK[1:])})\.\w")
    naming = {
        relative(path)
        for path in sources("core")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if others.search(node.value) and " " not in node.value
    }

    settings = {name for name in naming if name.startswith("core/settings/")}
    assert settings, "the settings install the other apps"
    # `messaging.message.id` and its like are names of OpenTelemetry.
    assert naming - settings <= {"core/urls.py", "core/telemetry/otel.py"}


def test_unicode_is_read_in_one_module() -> None:
    reading = {
        relative(path) for path in sources(*APPS, "deploy") if "unicodedata" in path.read_text()
    }

    assert reading == {"core/text.py"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (
            path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
        )


# --- Imports of JavaScript ----------------------------------------------------------------------

IMPORT = re.compile(
    r"""(?:^|\s)(?:import|export)\b[^"';]*?from\s*["']([^"']+)|import\s*\(?\s*["']([^"']+)"""
)


def scripts(app: str) -> list[Path]:
    return [path for path in (ROOT / app / "static").rglob("*.js") if "vendor" not in path.parts]


def imported_by(script: Path) -> list[str]:
    # Comments import types, which are not loaded.
    code = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", script.read_text(), flags=re.S | re.M)
    return [one or other for one, other in IMPORT.findall(code)]


def app_of(name: str, script: Path) -> str | None:
    """Return the app whose module an import names; None for a vendored package."""
    if name.startswith("#"):
        return name.removeprefix("#").partition("/")[0]
    if name.startswith("/static/"):
        return name.split("/")[2]
    if name.startswith("."):
        inside = (script.parent / name).resolve().relative_to(ROOT)
        assert (ROOT / inside).is_file(), f"{relative(script)} imports {name}, which is not there"
        return inside.parts[0]
    return None


class TestBrowserModules:
    @pytest.mark.parametrize("app", APPS)
    def test_browser_modules_import_down_only(self, app: str) -> None:
        wrong = {
            (relative(script), name)
            for script in scripts(app)
            for name in imported_by(script)
            if (known := app_of(name, script)) and STACK.index(known) > STACK.index(app)
        }

        assert wrong == set()

    def test_browser_modules_import_known_packages_alone(self) -> None:
        """This also shows that the expression above finds imports."""
        names = [name for app in APPS for script in scripts(app) for name in imported_by(script)]

        assert len(names) > 50
        packages = {name for name in names if name[0] not in "#./"}
        assert {name.partition("/")[0] for name in packages} == {"lit", "@noble"}


# --- Size -----------------------------------------------------------------------------------------

LONGEST_LINES = 400
# One file for who gets an export, whatever it holds.
ALONE = {"messaging/exporting/verifier.py"}


def test_no_module_is_longer_than_the_limit() -> None:
    files = [*sources(*APPS, "deploy"), *(script for app in APPS for script in scripts(app))]
    lengths = {relative(path): len(path.read_text().splitlines()) for path in files}

    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_LINES}
    assert long.keys() <= ALONE, long


# --- Jobs -----------------------------------------------------------------------------------------


class TestJobs:
    def test_every_job_has_a_task_and_every_task_a_job(self) -> None:
        celery.loader.import_default_modules()
        tasks = {name for name in celery.tasks if not name.startswith("celery.")}

        assert tasks == {job.value for job in Job}

    def test_every_job_has_a_queue_that_workers_listen_to(self) -> None:
        listened = {queue.name for queue in celery.conf.task_queues}

        assert QUEUES.keys() == set(Job)
        assert {queue.value for queue in QUEUES.values()} <= listened == {q.value for q in Queue}

    def test_every_scheduled_task_is_a_job(self) -> None:
        schedule = celery.conf.beat_schedule.values()

        assert {entry["task"] for entry in schedule} <= {job.value for job in Job}


# --- Addresses ------------------------------------------------------------------------------------

# The addresses that are open to everybody, each with the reason.
PUBLIC = {
    "login": "how a person logs in",
    "session": "how a person logs in",
    "oidc": "how a person of the company logs in, at a provider; a 404 without one",
    "oidc-callback": "how a person of the company comes back from there",
    "first-start": "before there is anybody; a 404 once there is a manager",
    "forgotten-password": "how a person who cannot log in asks for a link",
    "new-password": "opened from an email, with a token of its own",
    "livez": "asked by the load balancer",
    "readyz": "asked by the load balancer",
    "doctor": "called by `manage.py doctor`, with a token of its own; a 404 to others",
    "schema": "describes the API, without anybody's data",
    "api-docs": "as the schema",
    "api-redoc": "as the schema",
    "manifest": "fetched by the browser without cookies",
    "service-worker": "fetched by the browser on its own",
    "shell": "a page without anybody's data, kept by the service worker",
    "offline": "a page without anybody's data, kept by the service worker",
    "share": "reached without the service worker only, and says so",
    "portrait": "the photo of who answers, for those whom somebody gave its address",
    "push-displayed": "called by the service worker, with a token of its own",
    "push-unread": "called by the service worker, with a token of its own",
    "push-read": "called by the service worker, with a token of its own",
    "push-renewed": "called by the service worker, with a token of its own",
    "unsubscribe": "opened from an email, with a token of its own",
    "demo-mailbox": "a 404 outside the demonstration",
}
# For each parameter of an address, one of them fits.
EXAMPLES = ["018f0000-0000-7000-8000-000000000000", "1", "a", "320", "resume", "run"]


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


def example_of(path: str, pattern: URLPattern) -> str:
    """Return an address that a pattern matches."""
    for word, converter in pattern.pattern.converters.items():
        example = next(text for text in EXAMPLES if re.fullmatch(converter.regex, text))
        path = re.sub(rf"<(\w+:)?{word}>", example, path)
    return f"/{path}"


def private_addresses() -> list[str]:
    found = [
        example_of(path, pattern)
        for path, pattern in addresses(get_resolver())
        if pattern.name not in PUBLIC and not path.startswith("admin/")
    ]
    return [*found, "/admin/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", private_addresses())
def test_private_address_is_closed_without_a_login(address: str) -> None:
    # Not from loopback, which may read the metrics.
    stranger = Browser(REMOTE_ADDR="203.0.113.9")

    # Before there is a manager, home leads to the first start.
    User.objects.create(email="ada@demo.test", name="Ada", role=User.Role.MANAGER)

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = stranger.generic(method, address, "{}", content_type="application/json")

        to_login = answer.status_code == 302 and "login" in answer.headers["Location"]
        assert to_login or answer.status_code in (401, 403, 405), (method, answer.status_code)


# --- The database ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
