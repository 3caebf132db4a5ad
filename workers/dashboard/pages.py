"""The page of the task dashboard."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.models import User
from core.serializers import MeSerializer


@never_cache
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Show the dashboard to the company. The page reads its filters from the address."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    if not request.user.is_company:
        return redirect("home")
    return render(request, "workers/tasks.html", {"me": MeSerializer(request.user).data})
