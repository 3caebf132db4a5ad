"""The plugin `tests.skips`, in pytest runs of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import skips

ROOT = Path(__file__).resolve().parent.parent
SKIPS_A_TEST = """
import pytest

def test_passes(): pass

def test_skips(): pytest.skip({reason!r})
"""
SKIPS_A_MODULE = "import pytest\npytest.skip('no clamd', allow_module_level=True)\n"
EXPECTED_FAILURE = """
import pytest

@pytest.mark.xfail
def test_fails(): assert False
"""


def run_of(code: str, folder: Path, *options: str, ci: str = "true") -> tuple[int, str]:
    """Run pytest on some code with the plugin; return its exit code and output."""
    (folder / "test_code.py").write_text(code)
    (folder / "test_other.py").write_text("def test_passes(): pass\n")
    (folder / "pytest.ini").touch()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider"),
            *options,
            str(folder),
        ],
        cwd=folder,
        env={
            **os.environ,
            "CI": ci,
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
class TestSkipsInCI:
    def test_unexpected_skip_fails_the_run_and_is_listed(
        self, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        code, output = run_of(SKIPS_A_TEST.format(reason="no nginx"), tmp_path, *options)

        assert code == 1, output
        assert "test_code.py::test_skips: no nginx" in output

    def test_skipped_module_fails_the_run(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        code, output = run_of(SKIPS_A_MODULE, tmp_path, *options)

        assert code == 1, output
        assert "test_code.py: no clamd" in output


class TestOtherSkips:
    @pytest.mark.parametrize("reason", skips.ALLOWED)
    def test_listed_reason_passes(self, tmp_path: Path, reason: str) -> None:
        code, output = run_of(SKIPS_A_TEST.format(reason=reason), tmp_path)

        assert (code, "1 skipped" in output) == (0, True), output

    def test_expected_failure_passes(self, tmp_path: Path) -> None:
        code, output = run_of(EXPECTED_FAILURE, tmp_path)

        assert (code, "1 xfailed" in output) == (0, True), output

    def test_unexpected_skip_passes_outside_ci(self, tmp_path: Path) -> None:
        code, output = run_of(SKIPS_A_TEST.format(reason="no nginx"), tmp_path, ci="")

        assert (code, "1 skipped" in output) == (0, True), output
