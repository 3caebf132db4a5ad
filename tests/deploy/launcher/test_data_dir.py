import os
import socket
import stat
from pathlib import Path

import pytest

from deploy.launcher.data_dir import FOLDERS, MAX_LOG_BYTES, DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.ports import is_free


class TestDataDir:
    def test_second_launcher_is_refused_by_the_lock(self, data_dir: DataDir) -> None:
        with (
            data_dir.locked(),
            pytest.raises(StartError, match="already running"),
            DataDir(data_dir.path).locked(),
        ):
            pytest.fail("a second launcher got in")

    def test_lock_is_free_after_its_launcher(self, data_dir: DataDir) -> None:
        with data_dir.locked():
            first = lock_owner(data_dir)
        (data_dir.path / "run" / "up.lock").write_text("")

        with data_dir.locked():
            assert lock_owner(data_dir) == first == os.getpid()

    def test_full_disk_is_refused(self, data_dir: DataDir) -> None:
        with pytest.raises(StartError, match="make room"):
            data_dir.require_free_space(needed_bytes=2**60)

    def test_path_below_a_file_is_refused(self, data_dir: DataDir) -> None:
        (data_dir.path / "file").touch()

        with pytest.raises(StartError, match="set LIAISON_HOME"):
            DataDir(data_dir.path / "file" / "below").create()

    def test_secret_is_made_once_with_mode_600(self, data_dir: DataDir) -> None:
        secret = data_dir.secret("password")

        assert data_dir.secret("password") == secret
        assert data_dir.secret("other") != secret
        assert stat.S_IMODE((data_dir.path / "secrets" / "password").stat().st_mode) == 0o600

    def test_folders_of_an_earlier_version_are_closed_at_the_next_start(
        self, data_dir: DataDir
    ) -> None:
        data_dir.secret("secret-key")
        folders = [data_dir.path, *(data_dir.folder(name) for name in FOLDERS)]
        for folder in folders:
            folder.chmod(0o755)

        DataDir(data_dir.path).create()

        # Under root, another account passes to PostgreSQL's folder.
        top, *inside = [stat.S_IMODE(folder.stat().st_mode) for folder in folders]
        assert top == (0o711 if os.geteuid() == 0 else 0o700)
        assert set(inside) == {0o700}

    def test_folder_of_other_things_keeps_its_mode(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        (tmp_path / "log").mkdir(mode=0o755)

        DataDir(tmp_path).create()

        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
        assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o755
        assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700

    def test_second_port_beside_a_free_one_is_free_too(self, data_dir: DataDir) -> None:
        port = data_dir.port("weed admin.port.grpc", beside=-10_000)

        assert is_free("127.0.0.1", port - 10_000)
        with socket.create_server(("127.0.0.1", port - 10_000)):
            assert data_dir.port("weed admin.port.grpc", beside=-10_000) != port

    def test_port_is_kept_for_the_next_start(self, data_dir: DataDir) -> None:
        port = data_dir.port("valkey")

        assert is_free("127.0.0.1", port)
        assert DataDir(data_dir.path).port("valkey") == port

    def test_services_get_different_ports(self, data_dir: DataDir) -> None:
        ports = {data_dir.port(f"service {number}") for number in range(20)}

        assert len(ports) == 20

    def test_long_log_is_renamed(self, data_dir: DataDir) -> None:
        data_dir.log("s3").write_bytes(b"x" * (MAX_LOG_BYTES + 1))

        assert not data_dir.log("s3").exists()
        assert (data_dir.path / "log" / "s3.log.1").exists()

    def test_services_env_is_quoted_and_has_mode_600(self, data_dir: DataDir) -> None:
        data_dir.write_services_env({"B": "2 words # and a mark", "A": "1"})

        assert data_dir.services_env.read_text() == "A=1\nB='2 words # and a mark'\n"
        assert stat.S_IMODE(data_dir.services_env.stat().st_mode) == 0o600


def lock_owner(data_dir: DataDir) -> int:
    return int((data_dir.path / "run" / "up.lock").read_text())
