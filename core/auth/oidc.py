"""Sign in at the company's own provider (OpenID Connect Core 1.0, authorization code, PKCE).

The provider says which address somebody has, and that it is verified. Whose address that is, and
whether they are active and of the company, is in our database: nobody is created here.
"""

import hashlib
import json
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_urlsafe
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from core.auth.issuer_keys import FetchedKeys
from core.auth.issuers import Issuer
from core.issuer_models import default_algorithms
from core.models import User
from core.text import email_spelling
from core.web import rate_limits
from core.web.errors import Refusal, Unavailable
from core.web.requests import address_of

STARTED = "oidc"
MAX_SECONDS = 10 * 60
DOCUMENT_SECONDS = 60 * 60
TIMEOUT_SECONDS = 5
MAX_BYTES = 512 * 1024

logger = structlog.get_logger(__name__)


class SignInFailed(Refusal):
    """What the provider sent back is not what was asked for. The log says why."""

    status_code = 400
    default_code = "sign_in_failed"
    default_detail = _("This did not work, or it took too long. Begin again.")


class UnknownPerson(Refusal):
    status_code = 403
    default_code = "unknown_person"
    default_detail = _(
        "Nobody of the company has this address here. Ask the person who manages Liaison."
    )


class UnverifiedEmail(Refusal):
    status_code = 403
    default_code = "unverified_email"
    default_detail = _("Your account has no verified email address there, so we cannot know you.")


class UseProvider(Refusal):
    """The password is right, and passwords are switched off for this person."""

    status_code = 403
    default_code = "use_provider"
    default_detail = _("People of the company do not log in by a password: use the button below.")


@dataclass(frozen=True)
class Provider:
    """What the provider's document says (OpenID Connect Discovery 1.0)."""

    authorization_url: str
    token_url: str
    keys_url: str
    takes_secret_in_body: bool
    names_itself: bool


def is_on() -> bool:
    return bool(settings.OIDC_ISSUER)


def takes_no_password(user: User) -> bool:
    """Tell whether a person must come by the provider."""
    if not settings.OIDC_ONLY or not user.is_company:
        return False
    return not (user.is_superuser and settings.OIDC_SUPERUSER_PASSWORDS)


def begin(request: HttpRequest, *, next_page: str) -> str:
    """Return the provider's address to go to. Raises Unavailable."""
    provider = _provider()
    state, nonce, verifier = (token_urlsafe(32) for _each in range(3))
    request.session[STARTED] = {
        "state": state, "nonce": nonce, "verifier": verifier, "at": time.time(), "next": next_page,
    }  # fmt: skip
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": _callback_url(),
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    separator = "&" if "?" in provider.authorization_url else "?"
    return f"{provider.authorization_url}{separator}{urlencode(asked)}"


def finish(request: HttpRequest) -> tuple[User, str]:
    """Return who came back from the provider, and the page that was asked for.

    Raises SignInFailed, UnverifiedEmail, UnknownPerson, TooMany, or Unavailable.
    """
    # Taken out, so that no answer is good twice.
    started: dict[str, Any] = request.session.pop(STARTED, None) or {}
    if not started or not 0 <= time.time() - started["at"] <= MAX_SECONDS:
        raise _failed("nothing was begun in this browser, or too long ago")
    if not constant_time_compare(request.GET.get("state", ""), started["state"]):
        raise _failed("another state")
    rate_limits.spend(
        "oidc",
        address_of(request),
        at_most=settings.LOGIN_ATTEMPTS_PER_ADDRESS,
        window=settings.LOGIN_LOCKOUT,
    )
    provider = _provider()
    # RFC 9207: an answer of another provider is not for us.
    claimed = request.GET.get("iss", settings.OIDC_ISSUER if not provider.names_itself else "")
    if claimed != settings.OIDC_ISSUER:
        raise _failed("another issuer")
    if not (code := request.GET.get("code", "")):
        raise _failed(f"no code: {request.GET.get('error', '')[:100]}")
    token = _id_token(provider, code, started["verifier"])
    claims = _claims_of(provider, token, started["nonce"])
    return _person_of(claims), str(started["next"])


def _claims_of(provider: Provider, token: str, nonce: str) -> dict[str, Any]:
    issuer = Issuer(
        settings.OIDC_ISSUER,
        settings.OIDC_CLIENT_ID,
        tuple(default_algorithms()),
        _keys(provider.keys_url),
    )
    try:
        claims = issuer.claims_of(token)
    except jwt.PyJWKClientError as error:
        raise Unavailable from error
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise _failed(f"id token: {error}") from error
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise _failed("another nonce")
    audience = claims["aud"]
    is_ours_alone = audience in (settings.OIDC_CLIENT_ID, [settings.OIDC_CLIENT_ID])
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID or not is_ours_alone:
        raise _failed("made for another client")
    return claims


def _person_of(claims: dict[str, Any]) -> User:
    email = claims.get("email")
    # `xms_edov` is what Microsoft Entra says instead.
    is_verified = claims.get("email_verified") is True or claims.get("xms_edov") in (True, "1", 1)
    if not isinstance(email, str) or not is_verified:
        raise UnverifiedEmail
    person = User.objects.filter(email=email_spelling(email), is_active=True).first()
    if person is None or not person.is_company:
        logger.warning("oidc_unknown_person", subject=str(claims["sub"])[:100])
        raise UnknownPerson
    return person


def _id_token(provider: Provider, code: str, verifier: str) -> str:
    """Exchange the code for the provider's token."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback_url(),
        "code_verifier": verifier,
        "client_id": settings.OIDC_CLIENT_ID,
    }
    headers = {}
    if provider.takes_secret_in_body:
        form["client_secret"] = settings.OIDC_CLIENT_SECRET
    else:
        # RFC 6749, 2.3.1: each is encoded as in a form before.
        parts = (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
        pair = ":".join(quote_plus(part) for part in parts)
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    answer = _fetched(provider.token_url, form, headers)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise _failed(f"no id token: {str(answer.get('error', ''))[:100]}")
    return token


_document_lock = Lock()
_documents: dict[str, tuple[float, Provider]] = {}


def _provider() -> Provider:
    """Return the provider, whose document is read once an hour. Raises Unavailable."""
    issuer = settings.OIDC_ISSUER
    with _document_lock:
        read_at, provider = _documents.get(issuer, (0.0, None))
    if provider is None or time.time() - read_at > DOCUMENT_SECONDS:
        provider = _read(issuer)
        with _document_lock:
            _documents[issuer] = (time.time(), provider)
    return provider


def forget_provider() -> None:
    """Read the document anew at the next sign-in."""
    with _document_lock:
        _documents.clear()


def _read(issuer: str) -> Provider:
    document = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        if document["issuer"] != issuer:
            logger.error("oidc_other_issuer", issuer=str(document["issuer"])[:200])
            raise Unavailable
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Provider(
            authorization_url=_secure(document["authorization_endpoint"]),
            token_url=_secure(document["token_endpoint"]),
            keys_url=_secure(document["jwks_uri"]),
            takes_secret_in_body="client_secret_basic" not in methods,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )
    except (KeyError, TypeError) as error:
        logger.exception("oidc_document_unreadable")
        raise Unavailable from error


def _secure(url: Any) -> str:
    """Return an address of the provider's document: HTTPS, as the issuer's own."""
    scheme = settings.OIDC_ISSUER.partition("://")[0]
    if not str(url).startswith(f"{scheme}://"):
        raise TypeError(f"Not an address of {scheme}: {url}")
    return str(url)


class _NoRedirect(HTTPRedirectHandler):
    """The secret goes to the address that the document names, and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def _fetched(
    url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object at an address, that of an error 400 or 401 too. Raises Unavailable."""
    content = urlencode(form).encode() if form else None
    # The scheme is checked by the settings and by `_secure`.
    asked = Request(url, content, {"Accept": "application/json", **(headers or {})})  # noqa: S310
    try:
        try:
            with _opener.open(asked, timeout=TIMEOUT_SECONDS) as response:
                read = response.read(MAX_BYTES)
        except HTTPError as error:
            if error.code not in (400, 401):
                raise
            read = error.read(MAX_BYTES)
        answer = json.loads(read)
    except (OSError, ValueError) as error:
        logger.warning("oidc_provider_away", error=str(error))
        raise Unavailable(_("The sign-in does not answer. Try again in a moment.")) from error
    if not isinstance(answer, dict):
        raise Unavailable
    return answer


@lru_cache(maxsize=4)
def _keys(url: str) -> FetchedKeys:
    return FetchedKeys(url)


def _callback_url() -> str:
    """Return the address to register at the provider. The configured site, never a Host."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('oidc-callback')}"


def _failed(why: str) -> SignInFailed:
    logger.warning("oidc_failed", why=why)
    return SignInFailed()
