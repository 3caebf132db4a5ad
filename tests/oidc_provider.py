"""A provider of OpenID Connect on loopback: discovery, code flow with PKCE, keys.

It is strict where real ones are: the redirect URI, the secret, the verifier and the single use of a
code. What a test sets makes it lie.
"""

import hashlib
import json
import threading
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, SECRET = "liaison", "a secret: with a colon & an ampersand"


class OidcProvider:
    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        # Who is signed in there: the claims of the id token.
        self.account: dict[str, Any] = {"sub": "42", "email_verified": True}
        # What it says instead of the truth.
        self.lies: dict[str, Any] = {}
        self.document_lies: dict[str, Any] = {}
        self.refuses_with: str | None = None
        self.is_down = False
        self.token_requests: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/realms/chantier"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
            **self.document_lies,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return the address to which the person's browser is sent back."""
        assert asked["redirect_uri"] == self.redirect_uri, asked
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        back = {"state": asked["state"], "iss": self.issuer}
        if self.refuses_with:
            return f"{self.redirect_uri}?{urlencode(back | {'error': self.refuses_with})}"
        code = token_urlsafe(16)
        self._codes[code] = asked
        return f"{self.redirect_uri}?{urlencode(back | {'code': code})}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.token_requests.append(form)
        scheme, _space, pair = authorization.partition(" ")
        given = [unquote_plus(part) for part in b64decode(pair).decode().split(":")]
        if scheme != "Basic" or given != [CLIENT_ID, SECRET]:
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            asked is not None
            and asked["code_challenge"] == challenge
            and form["redirect_uri"] == asked["redirect_uri"]
            and form["grant_type"] == "authorization_code"
        )
        if asked is None or not is_right:
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self._token(asked)}

    def _token(self, asked: dict[str, str]) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + timedelta(minutes=5),
            "nonce": asked["nonce"], **self.account, **self.lies,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.signing_key, algorithm="RS256", headers={"kid": "1"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, urlsplit(self.path).query
                if provider.is_down:
                    return self._answer(503, {})
                if path.endswith("/authorize"):
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(_fields(query)))
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                if path.endswith("/jwks"):
                    key = json.loads(RSAAlgorithm.to_jwk(provider.key.public_key()))
                    return self._answer(200, {"keys": [{**key, "kid": "1"}]})
                return self._answer(200, provider.document())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                authorization = self.headers.get("Authorization", "Basic Og==")
                self._answer(*provider.exchange(_fields(body), authorization))

            def _answer(self, status: int, content: dict[str, Any]) -> None:
                written = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


def _fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
