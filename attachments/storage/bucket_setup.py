"""Create the bucket, its CORS rules and its lifecycle."""

from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError
from django.conf import settings

from attachments.storage.objects import EXPORTS, QUARANTINE, answering, client, http_status

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef, LifecycleRuleTypeDef

OWN_RULES = ("quarantine", "exports")
# Longer than an export is kept: the site deletes it first.
EXPORT_MARGIN_DAYS = 2


def set_up_bucket() -> list[str]:
    """Create the bucket, its CORS rules and its lifecycle; return the rules that it refused."""
    with answering():
        _create_bucket()
    refused = []
    for name, apply in (("CORS", _apply_cors), ("lifecycle", _apply_lifecycle)):
        try:
            apply()
        except ClientError as error:
            refused.append(f"{name}: {error.response['Error'].get('Code', error)}")
    return refused


def _create_bucket() -> None:
    try:
        client().head_bucket(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if http_status(error) != 404:
            raise
        if settings.S3_REGION == "us-east-1":
            # AWS refuses this region as a LocationConstraint, and wants it for every other one.
            client().create_bucket(Bucket=settings.S3_BUCKET)
        else:
            client().create_bucket(
                Bucket=settings.S3_BUCKET,
                CreateBucketConfiguration={"LocationConstraint": settings.S3_REGION},
            )


def _apply_cors() -> None:
    rule: CORSRuleTypeDef = {
        "AllowedOrigins": settings.S3_CORS_ORIGINS,
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    client().put_bucket_cors(Bucket=settings.S3_BUCKET, CORSConfiguration={"CORSRules": [rule]})


def _apply_lifecycle() -> None:
    client().put_bucket_lifecycle_configuration(
        Bucket=settings.S3_BUCKET,
        LifecycleConfiguration={"Rules": [*_own_rules(), *_other_rules()]},
    )


def _own_rules() -> "list[LifecycleRuleTypeDef]":
    kept = settings.EXPORT_KEEP_DAYS + EXPORT_MARGIN_DAYS
    days = {QUARANTINE: 1, EXPORTS: kept}
    return [
        {
            "ID": name,
            "Status": "Enabled",
            "Filter": {"Prefix": prefix},
            "Expiration": {"Days": days[prefix]},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days[prefix]},
        }
        for name, prefix in zip(OWN_RULES, (QUARANTINE, EXPORTS), strict=True)
    ]


def _other_rules() -> "list[LifecycleRuleTypeDef]":
    """Return the rules that somebody else has made, such as how long old versions are kept."""
    try:
        found = client().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if http_status(error) != 404:
            raise
        return []
    # S3 gives a rule back in the form in which it takes one.
    rules = cast("list[LifecycleRuleTypeDef]", found["Rules"])
    return [rule for rule in rules if rule.get("ID") not in OWN_RULES]
