"""The bucket as `manage.py setup_storage` leaves it, at every start."""

from django.conf import settings

from attachments.storage import bucket_setup, objects


def test_takes_its_rules_again_and_again() -> None:
    assert bucket_setup.set_up_bucket() == []

    [cors] = objects.client().get_bucket_cors(Bucket=settings.S3_BUCKET)["CORSRules"]
    assert (cors["AllowedOrigins"], cors["AllowedMethods"]) == (["*"], ["GET", "PUT"])


def test_empties_quarantine_by_itself_after_a_day() -> None:
    rules = objects.client().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)

    [rule] = rules["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["Expiration"]["Days"] == 1
    assert rule.get("Prefix", rule.get("Filter", {}).get("Prefix")) == "quarantine/"
