"""The product on several machines: two of the web behind nginx, two of workers, one of services."""

import http.client
import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from deploy.embedded.postgres import MAJOR, Postgres
from tests.deploy.nginx_machine import CONFIGURATIONS, WRAPPER, nginx_program
from tests.faults.network import Network
from tests.faults.system import ROOT, WORKERS, System
from tests.waiting import until

SERVICES = ("nginx", "postgres", "valkey", "pushes")
WEBS, WORKER_HOSTS = ("web-0", "web-1"), ("worker-0", "worker-1")
PORT = 8000
DOCUMENT = ROOT / "deploy" / "docs" / "brokers-and-poolers.md"
IN_THE_DOCUMENT = {"10.0.0.11": "web-0", "10.0.0.12": "web-1"}


class Hosts(System):
    def __init__(self, folder: Path, network: Network) -> None:
        # The usual services: what is cut here is a machine, whatever the broker is.
        super().__init__(folder, broker="", pooler="", TRUSTED_PROXIES=network.addresses["nginx"])
        self.network = network
        addresses = f"127.0.0.1,{network.addresses['postgres']}"
        self.services["postgres"] = Postgres(self.data_dir, {"listen_addresses": addresses})
        self.phone.service.address = network.addresses["pushes"]

    def start_service(self, name: str) -> None:
        super().start_service(name)
        if name == "postgres":
            self._let_the_machines_in()
        if name == "valkey":
            with redis.Redis.from_url(self.services[name].environment["REDIS_URL"]) as valkey:
                valkey.config_set("bind", f"127.0.0.1 {self.network.addresses[name]}")

    def start_web(self) -> None:
        for host in WEBS:
            self._spawn(
                host,
                *("core.server", "--host", "0.0.0.0", "--port", str(PORT)),  # noqa: S104
                *("--drain-seconds", "0"),
            )
        self._start_nginx()
        until(self.web_answers, "no web host answers")

    def all_hosts_work(self) -> bool:
        """Tell whether each web host answers that its services do, and each worker is alive."""
        return self.workers_alive() == WORKERS and all(map(self._is_ready, WEBS))

    def _is_ready(self, host: str) -> bool:
        asking = http.client.HTTPConnection(self.network.addresses[host], PORT, timeout=5)
        try:
            asking.request("GET", "/livez")
            return asking.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        for variable, service in (("DATABASE_URL", "postgres"), ("REDIS_URL", "valkey")):
            url = urlsplit(environment[variable])
            netloc = url.netloc.replace("127.0.0.1", self.network.addresses[service])
            environment[variable] = url._replace(netloc=netloc).geturl()
        return environment

    def _before(self, name: str) -> list[str]:
        number = name.rpartition("-")[2]
        hosts = WEBS if name.startswith("web") else WORKER_HOSTS
        return self.network.command(hosts[int(number) % len(hosts)])

    def _let_the_machines_in(self) -> None:
        rule = f"host all all {self.network.subnet} scram-sha-256\n"
        path = self.data_dir.folder("postgres") / str(MAJOR) / "pg_hba.conf"
        if rule not in path.read_text():
            with path.open("a") as file:
                file.write(rule)
            with psycopg.connect(self.postgres_url) as connected:
                connected.execute("SELECT pg_reload_conf()")

    def _start_nginx(self) -> None:
        """Start it with the upstream of the document and the locations of deploy/nginx."""
        folder = self.data_dir.folder("nginx")
        (upstream,) = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        for address, host in IN_THE_DOCUMENT.items():
            assert upstream.count(address) == 1
            upstream = upstream.replace(address, self.network.addresses[host])
        (folder / "site.conf").write_text(
            f"{upstream}\nserver {{\n    listen 127.0.0.1:{self.port};\n"
            f"    set $outside_scheme http;\n    include {CONFIGURATIONS / 'locations.conf'};\n}}\n"
        )
        wrapper = WRAPPER.format(folder=folder, user="user root;")
        (folder / "nginx.conf").write_text(wrapper)
        self._run_program("nginx", nginx_program(), "-p", str(folder), "-c", "nginx.conf")
