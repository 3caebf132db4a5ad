"""The address at which a mail server hands over emails that came in (`POST /inbound/email`)."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.web.errors import Unavailable
from core.web.shared_secrets import is_one_of
from notifications.inbound_email import intake


@csrf_exempt
@require_POST
def inbound_email(request: HttpRequest) -> JsonResponse:
    """Receive one raw email (MIME) as the body of a request, and answer what became of it.

    The answer is `{"verdict": …}`, a value of `InboundStatus`; 401 and "refused" without
    `Authorization: Bearer <INBOUND_EMAIL_SECRET>`; 503 and "later" while the bucket is away.
    """
    if not _knows_secret(request):
        return JsonResponse({"verdict": "refused"}, status=401)
    # Not `request.body`: Django refuses a body of more than DATA_UPLOAD_MAX_MEMORY_SIZE there.
    # One byte above the limit is enough for `receive` to see that the email is too large.
    raw = request.read(settings.INBOUND_EMAIL_MAX_BYTES + 1)
    try:
        return JsonResponse({"verdict": intake.receive(raw)})
    except Unavailable as error:
        # The mail server keeps the email and sends it again.
        headers = {"Retry-After": str(error.wait)}
        return JsonResponse({"verdict": "later"}, status=503, headers=headers)


def _knows_secret(request: HttpRequest) -> bool:
    """Compare the bearer token with the secret of today and with former ones."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not settings.INBOUND_EMAIL_SECRET:
        return False
    secrets = (settings.INBOUND_EMAIL_SECRET, *settings.INBOUND_EMAIL_SECRET_FALLBACKS)
    return is_one_of(token, secrets)
