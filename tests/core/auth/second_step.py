"""People with and without a second factor, and how they log in."""

import re
import time
from functools import partial
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from core.auth import second_factors
from core.models import PasswordReset, User
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.core.auth.browsers import ME, SESSION

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = "/staff/messages"
Mails = list[EmailMultiAlternatives]
Browser = partial(Client, headers={"accept-language": "en"})


@pytest.fixture
def client() -> Client:
    return Browser()


@pytest.fixture
def ada(db: None) -> User:
    """A superuser with a password."""
    return User.objects.create_superuser("ada@demo.test", PASSWORD, name="Ada", locale="en")


@pytest.fixture
def odile(odile: User) -> User:
    odile.set_password(PASSWORD)
    odile.locale = "en"
    odile.save()
    return odile


@pytest.fixture
def camille(camille_with_password: User) -> User:
    return camille_with_password


def with_app(person: User) -> User:
    """Give a person an app that was set up some time ago."""
    an_hour_ago = time_machine.travel(time.time() - 3600, tick=False)
    with an_hour_ago, second_factors.adding(person, only_first=True):
        second_factors.add_app(person, SECRET, code_of(SECRET))
    PasswordReset.objects.all().delete()
    return person


@pytest.fixture
def protected(odile: User) -> User:
    return with_app(odile)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.STAFF_MFA = "required"


def fill_in(browser: Client, email: str = "odile@demo.test", **more: str) -> Any:
    return browser.post("/login", {"email": email, "password": PASSWORD, **more})


def is_in(browser: Client) -> bool:
    return browser.get(ME).status_code == 200


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def post(browser: Client, code: str | None = None, email: str = "odile@demo.test") -> Any:
    body = {"email": email, "password": PASSWORD} | ({"code": code} if code is not None else {})
    return browser.post(SESSION, body, content_type="application/json")


def secret_in(page: str) -> str:
    (secret,) = re.findall(r"<code>([A-Z2-7 ]+)</code>", page)
    return str(secret)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>(\d{5} \d{5})</code>", page)
