"""Examine the bucket as the workers and as browsers use it, and the antivirus."""

import hashlib
import http.client
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from attachments.scanning import clamd
from attachments.storage import objects, presigned
from core.doctor.findings import Finding, error, warning, well, words_of

PATIENCE_SECONDS = 5.0
CONTENT = b"Liaison asks whether this bucket keeps what it is given."
SIGNATURES_ARE_OLD = timedelta(days=7)
# https://www.eicar.org: every antivirus finds it. In two parts, or one would find this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def examine_bucket() -> Iterator[Finding]:
    key = f"{objects.QUARANTINE}doctor-{uuid4()}"
    try:
        # Some buckets are made by the first write.
        with objects.answering():
            objects.client().head_bucket(Bucket=settings.S3_BUCKET)
        yield from _by_ourselves(key)
        yield from _by_browsers(f"{key}-sent")
        yield from _from_pages()
        yield from _kept_versions()
    except (objects.StorageAway, objects.Missing) as failure:
        yield error(
            _("The bucket %(bucket)s does not answer as it should: %(reason)s")
            % {"bucket": settings.S3_BUCKET, "reason": words_of(failure.__cause__ or failure)},
            advice=_(
                "Look at S3_ENDPOINT_URL, S3_BUCKET, S3_REGION and the keys; `manage.py"
                " setup_storage` makes a bucket that is missing."
            ),
        )
    finally:
        with suppress(objects.StorageAway, objects.Missing):
            objects.delete([key, f"{key}-sent"])


def _by_ourselves(key: str) -> Iterator[Finding]:
    objects.write(key, io.BytesIO(CONTENT), content_type="text/plain")
    if b"".join(objects.chunks(key)) != CONTENT:
        yield error(
            _("The bucket gave back other bytes than it was given."),
            advice=_("Let no proxy change what is sent to the bucket."),
        )
    objects.delete([key])
    try:
        objects.stored(key)
    except objects.Missing:
        yield well(_("The bucket keeps, gives back and deletes."))
    else:
        yield error(
            _("The bucket does not delete."),
            advice=_("Allow s3:DeleteObject: files would stay for ever."),
        )


def _by_browsers(key: str) -> Iterator[Finding]:
    """Send a file by a presigned request, and try to read it without one."""
    url, headers = presigned.presigned_put(
        key,
        size=len(CONTENT),
        content_type="text/plain",
        sha256=hashlib.sha256(CONTENT).digest(),
        lifetime=timedelta(minutes=1),
    )
    try:
        sent = _called("PUT", url, headers, CONTENT)
        if sent.status != 200:
            yield error(
                _("The bucket refuses a file as browsers send it (%(status)s %(code)s).")
                % {"status": sent.status, "code": _code(sent)},
                advice=_(
                    "S3_PUBLIC_URL must lead to the same bucket under the name that is signed, and"
                    " the clock of this machine must be right."
                ),
            )
            return
        yield well(_("The bucket takes a file as browsers send it."))
        read = _called("GET", url.partition("?")[0], {})
    except (OSError, http.client.HTTPException) as failure:
        yield error(
            _("Browsers do not reach the bucket at %(url)s: %(reason)s")
            % {"url": urlsplit(url).netloc, "reason": words_of(failure)},
            advice=_("Set S3_PUBLIC_URL to the address of the bucket for browsers."),
        )
        return
    if read.status == 200:
        yield error(
            _("Everybody can read the files in the bucket."),
            advice=_("Take public access away from the bucket; links are signed."),
        )


def _from_pages() -> Iterator[Finding]:
    """Ask as a browser asks before it sends a file from one of our pages (CORS)."""
    url = presigned.presigned_get(
        "doctor",
        content_type="text/plain",
        disposition="inline",
        cache_control="no-store",
        lifetime=timedelta(minutes=1),
    )
    page = "{0.scheme}://{0.netloc}".format(urlsplit(settings.PUBLIC_URL))
    refused = []
    for origin in dict.fromkeys([page, *settings.CORS_ALLOWED_ORIGINS]):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type,x-amz-checksum-sha256",
        }
        try:
            allowed = _called("OPTIONS", url, asked).headers.get("Access-Control-Allow-Origin")
        except (OSError, http.client.HTTPException):
            allowed = None
        if allowed not in ("*", origin):
            refused.append(origin)
    if refused:
        yield error(
            _("The bucket lets no file come from pages of %(origins)s (CORS).")
            % {"origins": ", ".join(refused)},
            advice=_("Add them to S3_CORS_ORIGINS and run `manage.py setup_storage`."),
        )
    else:
        yield well(_("Pages may send files to the bucket (CORS)."))


def _kept_versions() -> Iterator[Finding]:
    bucket = settings.S3_BUCKET
    with _unless_unknown(), objects.answering():
        if objects.client().get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
            yield warning(
                _("The bucket keeps old versions: what is deleted here stays there."),
                advice=_("Let a lifecycle rule end versions that are not the newest."),
            )
    with _unless_unknown():
        found = objects.client().get_bucket_lifecycle_configuration(Bucket=bucket)
        if any(rule.get("AbortIncompleteMultipartUpload") for rule in found["Rules"]):
            yield well(_("Uploads that were broken off are removed after a day."))
            return
    yield warning(
        _("Uploads that were broken off stay in the bucket."),
        advice=_("Run `manage.py setup_storage`, or set a lifecycle rule by the bucket's means."),
    )


def _unless_unknown() -> suppress:
    return suppress(ClientError, BotoCoreError, objects.StorageAway, objects.Missing)


def _called(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    address = urlsplit(url)
    kind: Callable[..., http.client.HTTPConnection] = (
        http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    )
    connection = kind(address.hostname, address.port, timeout=PATIENCE_SECONDS)
    try:
        path = f"{address.path}?{address.query}" if address.query else address.path
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read(65_536))
    finally:
        connection.close()


def _code(answer: Answer) -> str:
    """Return the word of S3's answer, such as SignatureDoesNotMatch."""
    return answer.body.partition(b"<Code>")[2].partition(b"<")[0].decode(errors="replace")


def examine_antivirus() -> Iterator[Finding]:
    url = settings.CLAMD_URL
    if not url:
        # `check --deploy` says it.
        return
    try:
        version = clamd.version(url, within=PATIENCE_SECONDS)
        found = clamd.scan(url, io.BytesIO(EICAR), within=PATIENCE_SECONDS)
    except (OSError, clamd.AntivirusAway) as failure:
        yield error(
            _("The antivirus does not answer at %(url)s: %(reason)s")
            % {"url": url, "reason": words_of(failure.__cause__ or failure)},
            advice=_("Start clamav-daemon, or correct CLAMD_URL. Until then every file waits."),
        )
        return
    if found.status != clamd.ClamdStatus.VIRUS:
        yield error(
            _("The antivirus does not find the test virus EICAR."),
            advice=_("Let it load its signatures (`freshclam`), then restart it."),
        )
    else:
        yield well(
            _("The antivirus finds the test virus (%(version)s).") % {"version": version.text}
        )
    if version.signed_at and timezone.now() - version.signed_at > SIGNATURES_ARE_OLD:
        yield warning(
            _("The signatures of the antivirus are of %(date)s.")
            % {"date": f"{version.signed_at:%Y-%m-%d}"},
            advice=_("Let `freshclam` run each day (clamav-freshclam)."),
        )
