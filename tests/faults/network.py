"""Machines on one network of this machine: a network namespace each, on a bridge (Linux, as root).

A cut drops all packets from a service as they arrive at a machine, as a broken cable or a firewall
does: nobody is told, and what the machine sends still arrives.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

NEEDS_ROOT = "machines on a network of their own can be made by root on Linux only"
# Priorities of the rules of routing.
FIRST, SECOND = "10", "20"
REFUSED = "no network namespace may be made here"


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


class Network:
    """A bridge with an address of its own for each service, and machines on it."""

    def __init__(self, services: Sequence[str], machines: Sequence[str]) -> None:
        self.name = f"lf{secrets.token_hex(2)}"
        number = secrets.randbelow(200) + 20
        self.subnet = f"10.213.{number}.0/24"
        self.addresses = {
            name: f"10.213.{number}.{last}"
            for first, names in ((1, services), (101, machines))
            for last, name in enumerate(names, first)
        }
        self.services, self.machines = list(services), list(machines)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Make the network. Skip the test where that is not allowed."""
        if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
            pytest.skip(NEEDS_ROOT)
        with ExitStack() as ends:
            if subprocess.run(["ip", "netns", "add", self.name], check=False).returncode:
                pytest.skip(REFUSED)
            ip("netns", "delete", self.name)
            ip("link", "add", self.name, "type", "bridge")
            ends.callback(ip, "link", "delete", self.name)
            for service in self.services:
                ip("address", "add", f"{self.addresses[service]}/24", "dev", self.name)
            ip("link", "set", self.name, "up")
            for machine in self.machines:
                self._add(machine)
                ends.callback(ip, "netns", "delete", self.space(machine))
            yield

    def space(self, machine: str) -> str:
        return f"{self.name}-{machine}"

    def command(self, machine: str) -> list[str]:
        """Return the words before a command that shall run on a machine."""
        return ["ip", "netns", "exec", self.space(machine)]

    @contextmanager
    def cut(self, machine: str, services: Sequence[str]) -> Iterator[None]:
        """Let a machine hear nothing from these services."""
        with ExitStack() as ends:
            for service in services:
                rule = ("from", self.addresses[service], "blackhole", "priority", FIRST)
                ip("-n", self.space(machine), "rule", "add", *rule)
                ends.callback(ip, "-n", self.space(machine), "rule", "delete", *rule)
            yield

    def _add(self, machine: str) -> None:
        space, cable = self.space(machine), f"{self.name}{self.machines.index(machine)}"
        ip("netns", "add", space)
        ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        ip("link", "set", cable, "master", self.name, "up")
        ip("-n", space, "address", "add", f"{self.addresses[machine]}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            ip("-n", space, "link", "set", device, "up")
        # What arrives for the machine itself is looked up first, before any rule of ours.
        ip("-n", space, "rule", "add", "lookup", "local", "priority", SECOND)
        ip("-n", space, "rule", "delete", "lookup", "local", "priority", "0")
