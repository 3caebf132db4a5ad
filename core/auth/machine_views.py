"""The base of the endpoints that programs call: their credential, its scope, its own limit."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.auth.authentication import (
    BearerAuthentication,
    CredentialAuthentication,
    SessionAuthentication,
)
from core.auth.credentials import Machine
from core.credential_models import MachineCredential
from core.web import rate_limits
from core.web.company import IsManager
from core.web.errors import Refusal
from core.web.views import APIView

ONE_MINUTE = timedelta(minutes=1)


class ScopeMissing(Refusal):
    status_code = 403
    default_code = "scope_missing"
    default_detail = (
        "This credential does not open this address. Its scopes are chosen when it is made."
    )


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if view.scope not in machine(request).scopes:
            raise ScopeMissing
        return True


class IsManagerOrHasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        of = HasScope if isinstance(request.user, Machine) else IsManager
        return of().has_permission(request, view)


class MachineView(APIView):
    """Each credential has its own limit of requests, so that one program stops no other."""

    authentication_classes = (CredentialAuthentication,)
    permission_classes = (HasScope,)
    scope: MachineCredential.Scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _spend(machine(request))


class MachineOrManagerView(APIView):
    """For programs with the scope, and for managers."""

    authentication_classes = (
        CredentialAuthentication,
        BearerAuthentication,
        SessionAuthentication,
    )
    permission_classes = (IsManagerOrHasScope,)
    scope: MachineCredential.Scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, Machine):
            _spend(request.user)


def _spend(program: Machine) -> None:
    rate_limits.spend(
        "machine", program.pk, at_most=settings.MACHINE_REQUESTS_PER_MINUTE, window=ONE_MINUTE
    )


def machine(request: Request) -> Machine:
    if not isinstance(request.user, Machine):
        raise NotAuthenticated
    return request.user
