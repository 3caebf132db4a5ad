"""Set where backups go, their key, and when a missing one is an alert."""

from core.settings.env import env
from core.settings.storage import (
    S3_ACCESS_KEY_ID,
    S3_ENDPOINT_URL,
    S3_REGION,
    S3_SECRET_ACCESS_KEY,
)

# A folder, or s3://bucket/prefix. Empty: the command must name one.
BACKUP_PLACE = env.str("BACKUP_PLACE", default="")
# At least 32 random characters. Empty, and no file: backups are not encrypted.
BACKUP_KEY = env.str("BACKUP_KEY", default="")
BACKUP_KEY_FILE = env.str("BACKUP_KEY_FILE", default="")
BACKUP_KEY_FALLBACKS = env.list("BACKUP_KEY_FALLBACKS", default=[])
# 0: backups are made by other means, and nothing is said of them.
BACKUP_MAX_AGE_HOURS = env.float("BACKUP_MAX_AGE_HOURS", default=26)
# Of a place in S3.
BACKUP_S3_ENDPOINT_URL = env.str("BACKUP_S3_ENDPOINT_URL", default=S3_ENDPOINT_URL)
BACKUP_S3_ACCESS_KEY_ID = env.str("BACKUP_S3_ACCESS_KEY_ID", default=S3_ACCESS_KEY_ID)
BACKUP_S3_SECRET_ACCESS_KEY = env.str("BACKUP_S3_SECRET_ACCESS_KEY", default=S3_SECRET_ACCESS_KEY)
BACKUP_S3_REGION = env.str("BACKUP_S3_REGION", default=S3_REGION)
