"""Create the bucket, its CORS rules and its lifecycle."""

from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError
from django.conf import settings

from attachments.storage.objects import QUARANTINE, answering, client, http_status

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef, LifecycleRuleTypeDef

OWN_RULE = "quarantine"


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
    rule: LifecycleRuleTypeDef = {
        "ID": OWN_RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": QUARANTINE},
        "Expiration": {"Days": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    client().put_bucket_lifecycle_configuration(
        Bucket=settings.S3_BUCKET, LifecycleConfiguration={"Rules": [rule, *_other_rules()]}
    )


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
    return [rule for rule in rules if rule.get("ID") != OWN_RULE]
