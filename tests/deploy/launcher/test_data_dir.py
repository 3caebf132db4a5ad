import stat

import pytest

from deploy.launcher.data_dir import LONGEST_LOG_BYTES, Home
from deploy.launcher.errors import StartError
from deploy.launcher.ports import is_free


class TestHome:
    def test_is_held_by_one_launcher_at_a_time(self, home: Home) -> None:
        with (
            home.only_one(),
            pytest.raises(StartError, match="already running"),
            Home(home.path).only_one(),
        ):
            pytest.fail("a second launcher got in")

    def test_is_free_again_afterwards(self, home: Home) -> None:
        with home.only_one():
            pass

        with home.only_one():
            pass

    def test_says_when_the_disk_is_full(self, home: Home) -> None:
        with pytest.raises(StartError, match="make room"):
            home.require_room(needed_bytes=2**60)

    def test_says_when_it_cannot_be_made(self, home: Home) -> None:
        (home.path / "file").touch()

        with pytest.raises(StartError, match="set LIAISON_HOME"):
            Home(home.path / "file" / "below").create()

    def test_keeps_a_secret_for_this_account_only(self, home: Home) -> None:
        secret = home.kept_secret("password")

        assert home.kept_secret("password") == secret
        assert home.kept_secret("other") != secret
        assert stat.S_IMODE((home.path / "secrets" / "password").stat().st_mode) == 0o600

    def test_keeps_a_port(self, home: Home) -> None:
        port = home.kept_port("valkey")

        assert is_free("127.0.0.1", port)
        assert Home(home.path).kept_port("valkey") == port

    def test_gives_each_service_its_own_port(self, home: Home) -> None:
        ports = {home.kept_port(f"service {number}") for number in range(20)}

        assert len(ports) == 20

    def test_sets_a_long_log_aside(self, home: Home) -> None:
        home.log("s3").write_bytes(b"x" * (LONGEST_LOG_BYTES + 1))

        assert not home.log("s3").exists()
        assert (home.path / "log" / "s3.log.1").exists()

    def test_publishes_the_environment_for_this_account_only(self, home: Home) -> None:
        home.publish_environment({"B": "2 words # and a mark", "A": "1"})

        assert home.services_env.read_text() == "A=1\nB='2 words # and a mark'\n"
        assert stat.S_IMODE(home.services_env.stat().st_mode) == 0o600
