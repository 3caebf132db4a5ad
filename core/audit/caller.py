"""Know who asks, while a request is worked on: without it, the system itself acts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from core.audit_models import AuditEntry

Kind = AuditEntry.ActorKind


class Actor(Protocol):
    """A person (`User`), or a program (`Machine` or `MachineCredential`)."""

    @property
    def pk(self) -> Any: ...

    @property
    def name(self) -> Any: ...


@dataclass(frozen=True)
class Who:
    """An actor as a row of the audit names it."""

    kind: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Caller:
    """A request, and what reads the address of the one who sent it."""

    request: HttpRequest
    address_of: Callable[[HttpRequest], str]


_caller: ContextVar[Caller | None] = ContextVar("audit_caller", default=None)


@contextmanager
def calling(request: HttpRequest, address_of: Callable[[HttpRequest], str]) -> Iterator[None]:
    """Name the request that is worked on, for what is recorded until the end of the block."""
    token = _caller.set(Caller(request, address_of))
    try:
        yield
    finally:
        _caller.reset(token)


def address() -> str:
    """Return the IP address of the caller; "" without a request."""
    caller = _caller.get()
    return caller.address_of(caller.request) if caller else ""


def who(actor: Actor | None) -> Who:
    """Return an actor for a row of the audit. None: whoever sent the request, else the system."""
    if actor is not None:
        return _named(actor)
    caller = _caller.get()
    if caller is None:
        return Who(Kind.SYSTEM)
    user: Any = getattr(caller.request, "user", None)
    # Of DRF's request, which sets it on Django's: a person or a program.
    return _named(user) if getattr(user, "is_authenticated", False) else Who(Kind.STRANGER)


def _named(actor: Actor) -> Who:
    # A lazy one of a session has the class of the person.
    kind = Kind.PERSON if isinstance(actor, AbstractBaseUser) else Kind.MACHINE
    return Who(kind, str(actor.pk), str(actor.name))
