"""Browsers that log in through the API."""

from rest_framework.test import APIClient

from tests.cast import PASSWORD

SESSION = "/api/v1/session"
ME = "/api/v1/me"


def visitor(address: str = "192.0.2.1") -> APIClient:
    """Return a browser without a session. The server checks its CSRF tokens."""
    return APIClient(enforce_csrf_checks=True, REMOTE_ADDR=address)


def with_csrf(browser: APIClient) -> dict[str, str]:
    """Return the CSRF header, from the cookie that the login page sets."""
    if "csrftoken" not in browser.cookies:
        browser.get("/login")
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


def log_in(browser: APIClient, email: str, password: str = PASSWORD) -> int:
    draft = {"email": email, "password": password}
    return browser.post(SESSION, draft, headers=with_csrf(browser)).status_code
