"""Measure exports: `python -m tests.bench.exports MESSAGES:GIGABYTES …`, such as 20000:2.

Each pair has its own services, with one conversation of made-up messages, each in the chain, and
photos of 2.4 MB with a preview. A worker makes the export (`pool`), then the verifier runs over the
ZIP. Memory is the peak of each process.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from tests.bench import pool
from tests.bench.backups import Step, manage, services, spent
from tests.bench.processor import Others

COLUMNS = ("messages", "files", "step", "seconds", "processor", "peak memory")
ENDED = "SELECT status NOT IN ('waiting', 'running') FROM messaging_export"
READY = "SELECT status = 'ready' FROM messaging_export"


def main(pairs: list[str]) -> None:
    others = Others()
    print("|" + " | ".join(COLUMNS) + "|", "|" + "---|" * len(COLUMNS), sep="\n", flush=True)
    for pair in pairs:
        messages, _, gigabytes = pair.partition(":")
        measure(int(messages), float(gigabytes or 0))
    print(f"\n(other work took {others.share():.0%} of the processors)")


def measure(messages: int, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
        saved = Path(folder) / "export.zip"
        with services(Path(folder) / "here") as environment:
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "setup_storage")
            run(environment, f"fill({messages}, {gigabytes})")
            with pool.worker(environment) as process:
                idle = process.idle()
                run(environment, "order_export()")
                made = process.until("export in slices", ENDED)
                process.expect(READY)
                own = process.own_peak()
            run(environment, f"save({str(saved)!r})")
        for step in (idle, made, own, _verify(saved)):
            print(
                f"| {messages:,} | {gigabytes:g} GB | {step.name} | {step.seconds:.0f} s "
                f"| {step.processor_seconds:.0f} s | {step.memory_bytes / 1e6:.0f} MB |",
                flush=True,
            )


def run(environment: dict[str, str], call: str) -> None:
    """Call a function of `long_thread` beside the worker."""
    function = call.partition("(")[0]
    command = f"from tests.bench.long_thread import {function}; {call}"
    manage(environment, "shell", "--verbosity=0", f"--command={command}")


def _verify(saved: Path) -> Step:
    script = Path(__file__).parents[2] / "messaging" / "exporting" / "verifier.py"
    return spent([sys.executable, "-I", str(script), str(saved)], dict(os.environ), "verifier")


if __name__ == "__main__":
    main(sys.argv[1:] or ["2000:0.1"])
