"""Write what the company remarks about a client, for itself."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import Client, ClientRemark, User
from core.queries import remark_about
from core.web.errors import NotAllowed, Refusal


class RemarkChanged(Refusal):
    """Somebody else changed the remark since it was read."""

    default_code = "remark_changed"
    attr = "replaces"

    def __init__(self, newest: ClientRemark) -> None:
        text = _("%(name)s changed this remark meanwhile. Read it, then write yours again.")
        super().__init__(text % {"name": newest.by.name})


@transaction.atomic
def write_remark(*, author: User, client: Client, body: str, replaces: UUID | None) -> ClientRemark:
    """Replace the remark about a client; an empty body removes it. The former row stays.

    `replaces` is the id of the remark that the author has read. Raises NotAllowed for a client's
    user, RemarkChanged if another one is there by now. The same text again changes nothing.
    """
    if not author.is_company:
        raise NotAllowed
    # Two colleagues write one after the other.
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    newest = remark_about(client)
    if newest is not None and newest.body == body:
        return newest
    if newest is not None and newest.pk != replaces:
        raise RemarkChanged(newest)
    return ClientRemark.objects.create(client=client, body=body, by=author)
