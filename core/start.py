"""End a program that cannot run with these settings, with a sentence that says what to set."""

import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NO_KEY = (
    "SECRET_KEY is not set. It signs sessions and encrypts second factors: set it to 50 random"
    " characters, such as those of `openssl rand -base64 48`, and keep it."
)


def require_settings() -> None:
    """End the program if a setting is missing or wrong."""
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured as error:
        sys.exit(f"liaison: {sentence_of(error)}")


def sentence_of(error: ImproperlyConfigured) -> str:
    sentence = str(error)
    return NO_KEY if "SECRET_KEY" in sentence else sentence
