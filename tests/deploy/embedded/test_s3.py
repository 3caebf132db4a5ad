import re

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from deploy.embedded.s3 import S3
from deploy.launcher.data_dir import DataDir
from tests.deploy.embedded.running import kill, running
from tests.waiting import until


class TestS3:
    def test_objects_survive_a_kill_and_a_change_of_ports(self, data_dir: DataDir) -> None:
        s3 = S3(data_dir)
        with running(s3) as process:
            client(s3).put_object(Bucket="liaison", Key="plan.pdf", Body=b"kept")
            kill(s3, process)
        (data_dir.path / "ports.json").unlink()

        moved = S3(data_dir)
        with running(moved):
            answer = client(moved).get_object(Bucket="liaison", Key="plan.pdf")
            assert answer["Body"].read() == b"kept"

    def test_wrong_secret_is_refused(self, data_dir: DataDir) -> None:
        s3 = S3(data_dir)
        with running(s3), pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            client(s3, secret="guessed").list_objects_v2(Bucket="liaison")

    def test_log_has_no_warning_of_a_worker_that_finds_no_admin_server(
        self, data_dir: DataDir
    ) -> None:
        s3 = S3(data_dir)

        with running(s3):
            until(lambda: "INITIAL CONNECTION" in s3.log.read_text(), "its worker did not start")
            until(lambda: "Plugin worker connected" in s3.log.read_text(), "it has no worker", 20)
            lines = s3.log.read_text().splitlines()

        assert [line for line in lines if re.match(r"[WEF]\d{4} ", line)] == []


def client(s3: S3, secret: str = "") -> S3Client:
    environment = s3.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        aws_access_key_id=environment["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or environment["S3_SECRET_ACCESS_KEY"],
        region_name=environment["S3_REGION"],
    )
