"""Show a page to a logged-in person, of one side or of both."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.models import User

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def person_page(*, of_company: bool | None = None) -> Callable[[Page[Arguments]], Page[Arguments]]:
    """Decorate a page that only a logged-in person may read.

    A stranger goes to the login, and from there back to the page. A person of the other side goes
    home; `of_company=None` admits both sides. The page is never cached and takes GET and HEAD only.
    `core.web.middleware.PersonLanguage` has already chosen the person's language.
    """

    def decorate(page: Page[Arguments]) -> Page[Arguments]:
        @never_cache
        @require_safe
        @wraps(page)
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            if of_company not in (None, request.user.is_company):
                return redirect("home")
            return page(request, *args, **kwargs)

        return guarded

    return decorate
