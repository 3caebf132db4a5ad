"""A bucket with versions: what is purged is gone in all of them."""

import io
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from attachments.storage import objects, versions
from tests.attachments.buckets import own_bucket

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["Enabled", "never"])
def bucket(settings: Settings, request: pytest.FixtureRequest) -> Iterator[str]:
    with own_bucket(settings, with_versions=request.param == "Enabled"):
        yield str(request.param)


def put(key: str, content: bytes) -> None:
    objects.write(key, io.BytesIO(content), content_type="text/plain")


class TestDeleteAllVersions:
    def test_nothing_of_an_object_is_left(self, bucket: str) -> None:
        put("files/a/original", b"first")
        put("files/a/original", b"second")
        put("files/a/320.webp", b"small")
        objects.delete(["files/a/320.webp"])

        count, size = versions.delete_all_versions("files/a/")

        assert list(versions.versions("files/a/")) == []
        assert (count, size) == ((4, 16) if bucket == "Enabled" else (1, 6))

    def test_what_only_looks_alike_stays(self, bucket: str) -> None:
        put("files/a/original", b"mine")
        put("files/ab/original", b"other")

        versions.delete_all_versions("files/a/")

        assert [each.key for each in versions.versions("files/")] == ["files/ab/original"]

    def test_again_is_harmless(self, bucket: str) -> None:
        put("files/a/original", b"mine")
        versions.delete_all_versions("files/a/")

        assert versions.delete_all_versions("files/a/") == (0, 0)
