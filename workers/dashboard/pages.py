"""The page of the task dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.serializers import MeSerializer
from core.web.page_access import person_page
from core.web.requests import person


@person_page(of_company=True)
def tasks(request: HttpRequest) -> HttpResponse:
    """Show the dashboard to the company. The page reads its filters from the address."""
    return render(request, "workers/tasks.html", {"me": MeSerializer(person(request)).data})
