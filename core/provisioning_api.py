"""The endpoints by which a portal or an ERP keeps its people, clients and chantiers in step."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth.machine_views import MachineView
from core.credential_models import MachineCredential
from core.models import Chantier, Client, User
from core.provisioning.bulk import errors_of, put_many
from core.provisioning.rows import put
from core.provisioning.serializers import (
    PUT_SHAPES,
    BulkRowSerializer,
    BulkRowsSerializer,
    ChantierRowSerializer,
    ClientRowSerializer,
    PutChantierSerializer,
    PutClientSerializer,
    PutUserSerializer,
    RowResultsSerializer,
    UserRowSerializer,
)
from core.web.requests import validated


class ProvisionedRow(MachineView):
    """One row, by its id on the other side."""

    scope = MachineCredential.Scope.PROVISIONING
    kind: ClassVar[str]
    rows: ClassVar[QuerySet[Any]]
    shown: ClassVar[Any]

    def _get(self, external_id: str) -> Response:
        row: Model = get_object_or_404(self.rows.all(), external_id=external_id)
        return Response(self.shown(row).data)

    def _put(self, request: Request, external_id: str) -> Response:
        given = validated(PUT_SHAPES[self.kind], request.data)
        done = put(self.kind, external_id, given)
        return Response(self.shown(done.row).data, status=201 if done.outcome == "created" else 200)


class ProvisionedClient(ProvisionedRow):
    kind = "clients"
    rows = Client.objects.select_related("responsible", "deputy")
    shown = ClientRowSerializer

    @extend_schema(responses=ClientRowSerializer)
    def get(self, request: Request, external_id: str) -> Response:
        return self._get(external_id)

    @extend_schema(
        request=PutClientSerializer, responses={200: ClientRowSerializer, 201: ClientRowSerializer}
    )
    def put(self, request: Request, external_id: str) -> Response:
        """Create a client or change what is given. The same again changes nothing."""
        return self._put(request, external_id)


class ProvisionedUser(ProvisionedRow):
    kind = "users"
    rows = User.objects.select_related("client")
    shown = UserRowSerializer

    @extend_schema(responses=UserRowSerializer)
    def get(self, request: Request, external_id: str) -> Response:
        return self._get(external_id)

    @extend_schema(
        request=PutUserSerializer, responses={200: UserRowSerializer, 201: UserRowSerializer}
    )
    def put(self, request: Request, external_id: str) -> Response:
        """Create a person or change what is given. The same again changes nothing.

        A person with this email who has no external id yet gets it.
        """
        return self._put(request, external_id)


class ProvisionedChantier(ProvisionedRow):
    kind = "chantiers"
    rows = Chantier.objects.select_related("client", "responsible", "deputy")
    shown = ChantierRowSerializer

    @extend_schema(responses=ChantierRowSerializer)
    def get(self, request: Request, external_id: str) -> Response:
        return self._get(external_id)

    @extend_schema(
        request=PutChantierSerializer,
        responses={200: ChantierRowSerializer, 201: ChantierRowSerializer},
    )
    def put(self, request: Request, external_id: str) -> Response:
        """Create a chantier or change what is given. Archived, its conversations are closed."""
        return self._put(request, external_id)


class ProvisioningBulk(MachineView):
    scope = MachineCredential.Scope.PROVISIONING

    @extend_schema(request=BulkRowsSerializer, responses=RowResultsSerializer)
    def post(self, request: Request) -> Response:
        """Put up to 1,000 rows, in the order given: clients, then people, then chantiers.

        Each is done or refused by itself. With `dry_run` nothing stays.
        """
        asked = validated(BulkRowsSerializer, request.data)
        checked = [_checked(row) for row in asked["rows"]]
        good = [row for row in checked if "given" in row]
        done = iter(put_many(good, is_dry_run=asked["dry_run"]))
        results = [next(done) if "given" in row else row for row in checked]
        return Response(
            RowResultsSerializer({"dry_run": asked["dry_run"], "results": results}).data
        )


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row to put, or its refusal."""
    try:
        named = validated(BulkRowSerializer, row)
        given = validated(PUT_SHAPES[named["kind"]], named["row"])
    except ValidationError as error:
        return {
            "kind": str(row.get("kind", "")),
            "external_id": str(row.get("external_id", "")),
            "outcome": "refused",
            "errors": list(errors_of(error.detail)),
        }
    return {"kind": named["kind"], "external_id": named["external_id"], "given": given}
