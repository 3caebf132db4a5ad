"""A portal that signs tokens and publishes its keys."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://portal.test"


class Portal:
    """A portal that publishes its keys over HTTP on loopback."""

    def __init__(self) -> None:
        self.rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec_key = ec.generate_private_key(ec.SECP256R1())
        self.published = [
            {**json.loads(RSAAlgorithm.to_jwk(self.rsa_key.public_key())), "kid": "rsa-1"},
            {**json.loads(ECAlgorithm.to_jwk(self.ec_key.public_key())), "kid": "ec-1"},
        ]
        self.times_asked = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def token(self, sub: str, *, kid: str = "rsa-1", **changes: object) -> str:
        """Sign a token; `changes` are claims."""
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER, "aud": "liaison", "sub": sub, "iat": now,
            "exp": now + timedelta(minutes=5), **changes,
        }  # fmt: skip
        key: Any = self.ec_key if kid.startswith("ec") else self.rsa_key
        algorithm = "ES256" if kid.startswith("ec") else "RS256"
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.times_asked += 1
                content = json.dumps({"keys": portal.published}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        return Handler
