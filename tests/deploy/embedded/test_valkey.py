import pytest
import redis

from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import DataDir
from tests.deploy.embedded.running import kill, running


class TestValkey:
    def test_keys_survive_a_kill(self, data_dir: DataDir) -> None:
        valkey = Valkey(data_dir)
        url = valkey.environment["REDIS_URL"]
        with running(valkey) as process:
            redis.Redis.from_url(url).set("kept", "oui")
            kill(valkey, process)

        with running(Valkey(data_dir)):
            assert redis.Redis.from_url(url).get("kept") == b"oui"

    def test_server_never_evicts_and_listens_on_loopback(self, data_dir: DataDir) -> None:
        valkey = Valkey(data_dir)
        with running(valkey):
            client = redis.Redis.from_url(valkey.environment["REDIS_URL"], decode_responses=True)
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
            assert client.config_get("bind") == {"bind": "127.0.0.1"}

    def test_missing_password_is_refused(self, data_dir: DataDir) -> None:
        valkey = Valkey(data_dir)
        port = valkey.environment["REDIS_URL"].rpartition(":")[2]
        with running(valkey), pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://127.0.0.1:{port}").ping()
