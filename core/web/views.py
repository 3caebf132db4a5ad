"""The base of all views of the API: nothing that a caller asks is ignored.

What an operation takes is what its `extend_schema` and its filters describe, so the OpenAPI
document and the check cannot differ.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model
from django.http import Http404
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import generics, views
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import InputSerializer
from core.text import is_invisible
from core.web import rate_limit_headers
from core.web.preconditions import Preconditions, entity_tag, preconditions

Row = TypeVar("Row", bound=Model)
Handler = Callable[..., Any]

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
UNSAFE = WITH_BODY | {"DELETE"}


# DRF's view, which also refuses unknown parameters and holds the preconditions. It has no
# docstring, which the OpenAPI document would show as that of each operation.
class APIView(views.APIView):
    # The actions of this view check the preconditions themselves, under a lock.
    checks_versions = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        rate_limit_headers.begin()
        super().initial(request, *args, **kwargs)
        if any(is_invisible(letter) for text in _texts(kwargs) for letter in text):
            raise Http404
        handler = getattr(self, str(request.method).lower(), None)
        # DRF answers 405 to other methods, after this.
        if handler is not None and request.method != "OPTIONS":
            taken = _taken(self, handler)
            self._check_parameters(request, taken.parameters)
            if request.method in WITH_BODY:
                self._check_body(request, takes_body=taken.takes_body)
            if request.method in UNSAFE:
                self._check_preconditions(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add an entity tag to what was read or written; answer 304 if the caller has it.

        Limits and a deprecation are told with each answer, a refusal too.
        """
        response = super().finalize_response(request, response, *args, **kwargs)
        rate_limit_headers.add_to(response)
        handler = getattr(self, str(request.method).lower(), None)
        if deprecation := getattr(handler, "deprecation", None):
            deprecation.add_to(response)
        version = getattr(response, "version", None)
        is_read = request.method in ("GET", "HEAD") and response.status_code == 200
        if not isinstance(response, Response) or not (is_read or version is not None):
            return response
        response.render()
        response["ETag"] = entity_tag(response.content, version)
        if not is_read:
            return response
        response.setdefault("Cache-Control", "private, no-cache")
        return get_conditional_response(request._request, etag=response["ETag"], response=response)

    def _check_parameters(self, request: Request, known: dict[str, bool]) -> None:
        wrong: dict[str, Any] = {
            name: ValidationError(_("There is no such parameter."), "unknown_parameter").detail
            for name in request.query_params
            if name not in known
        }
        for name, values in request.query_params.lists():
            if name in known and len(values) > 1:
                wrong[name] = ValidationError(_("Give this parameter once."), "repeated").detail
            elif name in known and values == [""] and not known[name]:
                wrong[name] = ValidationError(_("Give a value, or leave it out."), "blank").detail
        if wrong:
            raise ValidationError(wrong)

    def _check_body(self, request: Request, *, takes_body: bool) -> None:
        """Read the body before the view, so that a broken one is refused whatever comes first."""
        body = request.data
        if not takes_body:
            InputSerializer(data=body).is_valid(raise_exception=True)

    def _check_preconditions(self, request: Request) -> None:
        """Compare with what a GET of the same address answers now, if there is such a one."""
        asked = preconditions(request)
        if request.method == "POST":
            # It makes something else than what stands at this address.
            asked = Preconditions(if_match=asked.if_match)
        if asked.is_given and not self.checks_versions:
            asked.check_tag(self._current_tag(request))

    def _current_tag(self, request: Request) -> str | None:
        read = getattr(self, "get", None)
        if read is None:
            return None
        response = super().finalize_response(request, read(request, **self.kwargs))
        if not isinstance(response, Response):
            return None
        response.render()
        return entity_tag(response.content, getattr(response, "version", None))


class ListAPIView(APIView, generics.ListAPIView[Row]):
    pass


class AnyAccept(DefaultContentNegotiation):
    """Answer whatever the caller accepts: of a file or a redirection, JSON is only the errors."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


def versioned(data: Any, version: object, *, status: int = 200) -> Response:
    """Return an answer whose entity tag carries the version of what it shows."""
    response = Response(data, status=status)
    response.version = version  # type: ignore[attr-defined]  # read by `finalize_response`
    return response


def _texts(kwargs: dict[str, Any]) -> list[str]:
    return [value for value in kwargs.values() if isinstance(value, str)]


class Taken(NamedTuple):
    """What an operation takes."""

    # Of the query: whether each may be empty, by name.
    parameters: dict[str, bool]
    takes_body: bool


# By view and method: to read a description takes longer than many an answer.
_TAKEN: dict[tuple[type[views.APIView], str], Taken] = {}


def _taken(view: views.APIView, handler: Handler) -> Taken:
    operation = (type(view), handler.__name__)
    if operation not in _TAKEN:
        schema = _schema(view, handler)
        takes_body = schema is not None and schema.get_request_serializer() is not None
        _TAKEN[operation] = Taken(_parameters(view, handler, schema), takes_body)
    return _TAKEN[operation]


def _parameters(view: views.APIView, handler: Handler, schema: Any) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for given in schema.get_override_parameters() if schema else ():
        if isinstance(given, OpenApiParameter):
            found |= {given.name: False} if given.location == OpenApiParameter.QUERY else {}
        else:
            fields = given().fields.items()
            found |= {name: getattr(field, "allow_blank", False) for name, field in fields}
    if isinstance(view, generics.ListAPIView) and handler.__name__ == "get":
        filters = getattr(view, "filterset_class", None)
        for name in filters.base_filters if filters else ():
            found[name] = name in getattr(filters, "MAY_BE_EMPTY", ())
        if view.paginator is not None:
            for parameter in view.paginator.get_schema_operation_parameters(view):
                found[parameter["name"]] = False
    return found


def _schema(view: views.APIView, handler: Handler) -> Any:
    """Return the description of an operation; None if it has no `extend_schema` of its own."""
    described: Any = getattr(handler, "kwargs", {}).get("schema")
    if described is None:
        return None
    schema = described()
    schema.view, schema.method = view, str(view.request.method)
    return schema
