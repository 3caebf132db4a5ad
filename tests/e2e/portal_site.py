"""A portal of another origin: its pages, its policy, and tokens of its own."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.bundles import ROOT, node

SOURCES = Path(__file__).parent / "portal"
PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8"><meta name="liaison" content="{liaison}"><title>Espace client</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/portal.css">
<script type="module" src="{script}"></script>
</head>
<body><div id="root"></div></body>
</html>
"""
TYPES = {".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
TYPESCRIPT = str(ROOT / "node_modules/typescript/bin/tsc")
# Liaison accepts a token for so long after its end.
LEEWAY = timedelta(seconds=10)


class Package:
    """The package as `npm pack` makes it, installed in a project of its own."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.project.mkdir(parents=True)
        (self.project / "package.json").write_text('{"private": true, "type": "module"}')
        run([node(), "deploy/elements/build.js", f"--out={folder / 'package'}"], ROOT)
        npm = str(Path(node()).parent / "npm")
        packed = run(
            [npm, "pack", "--silent", "--pack-destination", str(folder)], folder / "package"
        )
        self.tarball = folder / packed.strip()
        quiet = ["--offline", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        run([npm, "install", *quiet, str(self.tarball)], self.project)

    @property
    def readme(self) -> str:
        return (self.project / "node_modules/liaison-elements/README.md").read_text()

    def block(self, language: str) -> str:
        """Return the first block of code of the README in a language."""
        [found] = re.findall(rf"```{language}\n(.+?)```", self.readme, re.DOTALL)[:1]
        return str(found)

    def bundle(self, name: str, source: str) -> None:
        """Write `NAME.js` for a browser, from React of the lock and the installed package."""
        (self.project / f"{name}.jsx").write_text(source)
        options = {
            "entryPoints": [str(self.project / f"{name}.jsx")],
            "outfile": str(self.project / f"{name}.js"),
            "bundle": True, "minify": True, "format": "esm", "jsx": "automatic",
            "define": {"process.env.NODE_ENV": '"production"'},
            "nodePaths": [str(ROOT / "node_modules")],
        }  # fmt: skip
        program = f'await (await import("esbuild")).build({json.dumps(options)})'
        run([node(), "--input-type=module", "-e", program], ROOT)

    def compile(self, name: str, source: str) -> None:
        """Let the compiler check a page of React 19 and the types of the package, all of them."""
        options = {
            "strict": True, "noEmit": True, "jsx": "react-jsx", "target": "es2024",
            "lib": ["es2024", "dom", "dom.iterable"], "module": "esnext",
            "moduleResolution": "bundler", "types": [], "skipLibCheck": False,
            "paths": {
                "react": [f"{ROOT}/node_modules/@types/react"],
                "react/*": [f"{ROOT}/node_modules/@types/react/*"],
            },
        }  # fmt: skip
        (self.project / name).write_text(source)
        (self.project / "tsconfig.json").write_text(
            json.dumps({"compilerOptions": options, "files": [name]})
        )
        assert run([node(), TYPESCRIPT, "-p", "."], self.project) == ""


class Portal:
    """The web server of the portal. It logs one person in, or nobody."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.person = ""
        # Of the first token. Later ones must outlast a busy machine.
        self.first_seconds = 300
        self.tokens: list[str] = []
        self.liaison = self.bucket = ""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        # Not 127.0.0.1: cookies know no ports, and a portal has another name.
        return f"http://localhost:{self.server.server_port}"

    @property
    def keys_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def policy(self) -> str:
        """Return the policy that the README advises, with the addresses of the test."""
        policy = self.package.block("http").partition(": ")[2].strip()
        policy = policy.replace("https://liaison.example.com", self.liaison)
        return policy.replace("https://files.example.com", self.bucket)

    def answer(self, method: str, path: str) -> tuple[str, bytes]:
        if path == "/jwks.json":
            key = {**json.loads(ECAlgorithm.to_jwk(self.key.public_key())), "kid": "portal"}
            return "application/json", json.dumps({"keys": [key]}).encode()
        if path == "/token":
            return "application/json", json.dumps({"token": self._token()}).encode()
        if path in ("/", "/readme"):
            script = "/readme.js" if path == "/readme" else "/app.js"
            return "text/html", PAGE.format(liaison=self.liaison, script=script).encode()
        file = SOURCES / path[1:] if path == "/portal.css" else self.package.project / path[1:]
        return TYPES[file.suffix], file.read_bytes()

    def _token(self) -> str | None:
        if not self.person:
            return None
        now = datetime.now(UTC)
        seconds = 300 if self.tokens else self.first_seconds
        end = now + timedelta(seconds=seconds) - LEEWAY
        claims: dict[str, Any] = {
            "iss": "https://portal.test", "aud": "liaison", "sub": self.person, "exp": end,
            "iat": now - timedelta(minutes=1), "jti": str(len(self.tokens)),
        }  # fmt: skip
        token = jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": "portal"})
        self.tokens.append(token)
        return token

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = portal.answer(self.command, self.path)
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                if kind == "text/html":
                    self.send_header("Content-Security-Policy", portal.policy())
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@contextmanager
def running_portal(package: Package) -> Iterator[Portal]:
    portal = Portal(package)
    yield portal
    portal.close()


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout
