import signal
from collections.abc import Callable

from deploy.launcher.app_processes import AppProcess
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import end_leftovers, stop_together
from tests.deploy.launcher.child_programs import IGNORES_SIGTERM, PRINTS_AND_STAYS


class TestEndLeftovers:
    def test_process_that_ignores_its_stop_signal_is_killed(
        self, service: Callable[..., AppProcess]
    ) -> None:
        stubborn = service(IGNORES_SIGTERM)
        process = stubborn.start()
        assert process.stdout is not None
        process.stdout.readline()

        end_leftovers(stubborn.pid_file, signal.SIGTERM, 0.2)

        assert process.wait(20) == -signal.SIGKILL
        process.stdout.close()

    def test_process_whose_pid_stands_in_an_unlocked_file_is_left_alone(
        self, data_dir: DataDir, service: Callable[..., AppProcess]
    ) -> None:
        stranger = service(PRINTS_AND_STAYS, "stranger").start()
        pid_file = data_dir.path / "run" / "web.pid"
        pid_file.write_text(f"{stranger.pid}\n")

        end_leftovers(pid_file, signal.SIGKILL, 0.2)

        assert stranger.poll() is None
        stop_together([(stranger, signal.SIGTERM)], 2)
        assert stranger.stdout is not None
        stranger.stdout.close()
