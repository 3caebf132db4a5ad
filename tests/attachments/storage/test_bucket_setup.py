"""The bucket as `manage.py setup_storage` leaves it, which may run at every start."""

from django.conf import settings

from attachments.storage import bucket_setup, objects


def test_bucket_that_has_its_rules_takes_them_again() -> None:
    assert bucket_setup.set_up_bucket() == []

    [cors] = objects.client().get_bucket_cors(Bucket=settings.S3_BUCKET)["CORSRules"]
    assert (cors["AllowedOrigins"], cors["AllowedMethods"]) == (["*"], ["GET", "PUT"])


def test_rule_that_somebody_else_has_made_stays() -> None:
    client = objects.client()
    rules = client.get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)["Rules"]
    other = {
        "ID": "old versions", "Status": "Enabled", "Filter": {"Prefix": "files/"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    }  # fmt: skip
    given = {"Bucket": settings.S3_BUCKET, "LifecycleConfiguration": {"Rules": [*rules, other]}}
    client.put_bucket_lifecycle_configuration(**given)
    try:
        assert bucket_setup.set_up_bucket() == []

        found = client.get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)["Rules"]
        assert sorted(rule["ID"] for rule in found) == [
            "exports", "old versions", "quarantine",
        ]  # fmt: skip
    finally:
        given["LifecycleConfiguration"] = {"Rules": rules}
        client.put_bucket_lifecycle_configuration(**given)


def test_bucket_expires_quarantine_after_a_day_and_exports_after_they_are_deleted() -> None:
    rules = objects.client().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)

    assert {
        rule.get("Prefix", rule.get("Filter", {}).get("Prefix")): rule["Expiration"]["Days"]
        for rule in rules["Rules"]
        if rule["Status"] == "Enabled"
    } == {"quarantine/": 1, "exports/": settings.EXPORT_KEEP_DAYS + 2}
