"""Show a page to a logged-in person, of one side or of both."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from core.models import User

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def person_page(
    *, of_company: bool | None = None, has_forms: bool = False
) -> Callable[[Page[Arguments]], Page[Arguments]]:
    """Decorate a page that only a logged-in person may read.

    A stranger goes to the login, and from there back to the page. A person of the other side goes
    home; `of_company=None` admits both sides. The page is never cached and takes GET and HEAD only,
    with forms POST too, with the token of a form.
    `core.web.middleware.PersonLanguage` has already chosen the person's language.
    """

    may_ask = require_http_methods(["GET", "HEAD", "POST"]) if has_forms else require_safe

    def decorate(page: Page[Arguments]) -> Page[Arguments]:
        shown = csrf_protect(page) if has_forms else page

        @never_cache
        @may_ask
        @wraps(page)
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            if of_company not in (None, request.user.is_company):
                return redirect("home")
            return shown(request, *args, **kwargs)

        return guarded

    return decorate
