"""Let only the company's people call an operation."""

from django.http import Http404, HttpRequest
from rest_framework import views
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.models import User
from core.web.requests import person

# Why an operation refuses, for the OpenAPI document.
NOT_OURS = "Not of the company."


class IsCompany(BasePermission):
    """Let the company in. Actions check who of its people may do what."""

    def has_permission(self, request: Request, view: views.APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_company


class IsManager(BasePermission):
    def has_permission(self, request: Request, view: views.APIView) -> bool:
        return isinstance(request.user, User) and request.user.role == User.Role.MANAGER


def colleague(request: Request | HttpRequest) -> User:
    """Return the person who asks. Raises Http404 for a client's user: nothing is here for them."""
    reader = person(request)
    if not reader.is_company:
        raise Http404
    return reader
