"""What deploy/docs lists is what the code has: alerts, metrics, rights; in both languages."""

import json
import re
from pathlib import Path
from urllib.parse import urldefrag

import django
import pytest
import redis
from django.test import Client as Browser

from core.models import User
from tests.deploy.documents import DOCS, FRENCH, blocks, pages
from tests.own_valkey import OwnValkey
from tests.site import ROOT, Site
from workers.monitoring.causes import CAUSES

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
OF_THE_ADMINISTRATOR = [
    "alerts.md", "antivirus.md", "backup.md", "copies.md", "email-in.md", "email-out.md",
    "first-manager.md",
    "leaving.md", "personal-data.md", "portal.md", "requirements.md", "secrets.md",
    "troubleshooting.md", "upgrade.md",
]  # fmt: skip
# The calls of the code to S3, and the right that each asks for.
RIGHTS = {
    "head_bucket": "s3:ListBucket",
    "list_objects_v2": "s3:ListBucket",
    "list_multipart_uploads": "s3:ListBucketMultipartUploads",
    "create_bucket": "s3:CreateBucket",
    "put_bucket_cors": "s3:PutBucketCORS",
    "put_bucket_lifecycle_configuration": "s3:PutLifecycleConfiguration",
    "get_bucket_lifecycle_configuration": "s3:GetLifecycleConfiguration",
    "head_object": "s3:GetObject",
    "get_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "copy_object": "s3:PutObject",
    "upload_part": "s3:PutObject",
    "create_multipart_upload": "s3:PutObject",
    "complete_multipart_upload": "s3:PutObject",
    "list_parts": "s3:ListMultipartUploadParts",
    "abort_multipart_upload": "s3:AbortMultipartUpload",
    "delete_object": "s3:DeleteObject",
    "delete_objects": "s3:DeleteObject",
    "list_object_versions": "s3:ListBucketVersions",
    # What is deleted by the id of its version.
    "VersionId": "s3:DeleteObjectVersion",
}


def all_pages() -> list[Path]:
    return [*sorted(DOCS.glob("*.md")), *sorted(FRENCH.glob("*.md"))]


def prose(page: Path) -> str:
    """Return a page without its blocks, in which `#` begins a comment."""
    return FENCED.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them of headings."""
    headings = (text.lower() for _, text in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-") for text in headings}


class TestPages:
    def test_index_leads_to_every_page(self) -> None:
        index = (DOCS / "README.md").read_text()

        assert set(pages()) - {"README.md"} - set(LINK.findall(index)) == set()
        assert {f"fr/{page}" for page in pages(FRENCH)} - set(LINK.findall(index)) == set()

    @pytest.mark.parametrize("document", all_pages(), ids=lambda path: str(path.relative_to(DOCS)))
    def test_links_of_a_page_lead_to_files_and_their_sections(self, document: Path) -> None:
        broken = []
        for link in LINK.findall(prose(document)):
            if "://" in link:
                continue
            name, anchor = urldefrag(link)
            file = document.parent / name if name else document
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(link)

        assert broken == []

    @pytest.mark.parametrize("document", OF_THE_ADMINISTRATOR)
    def test_words_of_a_screen_are_those_that_it_shows(self, document: str) -> None:
        """In English pages «…» is what stands on a screen, which is in French first."""
        shown = " ".join(re.sub(r"\s+", " ", path.read_text()) for path in screens()).casefold()

        words = re.findall(r"«(.+?)»", prose(DOCS / document).replace("\n", " "))
        assert [word for word in words if word.casefold() not in shown] == []


def screens() -> list[Path]:
    """Return the files of all French texts: of the admin, of pages, of folders of a mailbox."""
    django_admin = Path(django.__file__).parent / "contrib"
    return [
        *ROOT.glob("*/locale/fr/LC_MESSAGES/django.po"),
        *ROOT.glob("*/static/*/i18n/**/fr.js"),
        *(django_admin / app / "locale/fr/LC_MESSAGES/django.po" for app in ("admin", "auth")),
        ROOT / "core/settings/email.py",
    ]


class TestFrench:
    def test_pages_of_the_administrator_are_in_french(self) -> None:
        assert pages(FRENCH) == OF_THE_ADMINISTRATOR

    @pytest.mark.parametrize("document", OF_THE_ADMINISTRATOR)
    def test_french_page_has_the_same_sections(self, document: str) -> None:
        english, french = (HEADING.findall(prose(folder / document)) for folder in (DOCS, FRENCH))

        assert [marks for marks, _ in french] == [marks for marks, _ in english]
        # A name in a heading, such as the key of an alert, is the same.
        names = re.compile(r"`([^`]+)`")
        assert [names.findall(text) for _, text in french] == [
            names.findall(text) for _, text in english
        ]

    @pytest.mark.parametrize("document", OF_THE_ADMINISTRATOR)
    def test_french_page_has_the_same_blocks(self, document: str) -> None:
        english, french = (blocks(document, folder) for folder in (DOCS, FRENCH))

        assert french == english

    @pytest.mark.parametrize("document", OF_THE_ADMINISTRATOR)
    def test_french_page_has_the_same_tables(self, document: str) -> None:
        rows = re.compile(r"^\|", re.MULTILINE)
        english, french = (prose(folder / document) for folder in (DOCS, FRENCH))

        assert len(rows.findall(french)) == len(rows.findall(english))

    @pytest.mark.parametrize("document", OF_THE_ADMINISTRATOR)
    def test_french_page_has_the_spaces_of_french(self, document: str) -> None:
        text = re.sub(r"`[^`]*`|\]\([^)]*\)|https?:\S+", "·", prose(FRENCH / document))
        wrong = re.compile(
            r".{,20}(?:[^\u00a0]:|[^\u202f][;!?]|[^\u00a0]»|«[^\u00a0])(?=\s|$|[\w`])"
        )
        # The marks of a table's second line.
        found = wrong.findall(re.sub(r"^\|[-|:]+$", "", text, flags=re.MULTILINE))

        assert found == []


class TestAlerts:
    @pytest.mark.parametrize("folder", [DOCS, FRENCH], ids=["english", "french"])
    def test_each_alert_has_its_section_and_no_other_has_one(self, folder: Path) -> None:
        keys = re.findall(r"^## `(\w+)`$", (folder / "alerts.md").read_text(), re.MULTILINE)

        assert len(keys) == len(set(keys))
        assert set(keys) == set(CAUSES)

    def test_each_section_says_what_it_means_and_what_to_do(self) -> None:
        for folder, words in (
            (DOCS, ("**Means**", "**Do**")),
            (FRENCH, ("**Sens**", "**À faire**")),
        ):
            sections = re.split(r"^## `", (folder / "alerts.md").read_text(), flags=re.MULTILINE)[
                1:
            ]
            assert [part[:20] for part in sections if not all(word in part for word in words)] == []


class TestMetrics:
    @pytest.mark.django_db(transaction=True)
    def test_page_lists_what_the_web_answers_and_nothing_else(
        self, site: Site, client: Browser, odile: User
    ) -> None:
        client.get("/livez")

        answer = client.get("/metrics").content.decode()

        answered = set(re.findall(r"^# TYPE (\S+)", answer, re.MULTILINE))
        listed = set(re.findall(r"`(liaison_\w+)`", (DOCS / "metrics.md").read_text()))
        assert answered == listed


class TestRights:
    def test_policy_has_the_rights_that_the_code_uses_and_no_other(self) -> None:
        (policy,) = [block.text for block in blocks("s3.md") if block.language == "json"]
        allowed = {action for each in json.loads(policy)["Statement"] for action in each["Action"]}
        code = "".join(
            path.read_text()
            for folder in ("attachments", "core/web")
            for path in (ROOT / folder).rglob("*.py")
        )
        called = set(re.findall(r"(?:client\(\)|client)\.(\w+)\(", code))
        called |= set(re.findall(r"""["'](\w+)["'], (?:parameters|Bucket|client)""", code))
        called |= set(re.findall(r"""["'](VersionId)["']: """, code))
        called |= set(re.findall(r"""get_paginator\(["'](\w+)["']\)""", code))

        assert {RIGHTS[name] for name in called if name in RIGHTS} == allowed


def test_valkey_has_two_passwords_while_one_takes_the_place_of_the_other(tmp_path: Path) -> None:
    """The commands of secrets.md, sent to a Valkey of their own."""
    own = OwnValkey(tmp_path)
    own.start()
    try:
        url = own.service.environment["REDIS_URL"]
        password = re.findall(r":([^:@]+)@", url)[0]
        given = re.findall(r"ACL SETUSER default '(.)(\S+)'", (DOCS / "secrets.md").read_text())
        assert [sign for sign, _ in given] == [">", "<"]
        (_, new), _ = given
        with redis.Redis.from_url(url) as client:
            client.execute_command("ACL", "SETUSER", "default", f">{new}")
            assert client.ping()
        with redis.Redis.from_url(url.replace(password, new)) as client:
            client.execute_command("ACL", "SETUSER", "default", f"<{password}")
            assert client.ping()
        with redis.Redis.from_url(url) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
    finally:
        own.kill()
