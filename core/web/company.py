"""Let only the company's people call an operation."""

from rest_framework import views
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.models import User


class IsCompany(BasePermission):
    """Let the company in. Actions check who of its people may do what."""

    def has_permission(self, request: Request, view: views.APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_company
