"""Keep parameters of the list under a name: one transaction each."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.models import User
from core.web.errors import Refusal
from messaging.actions.sharing import check_may_change
from messaging.models import SavedFilter

AT_MOST = 50


class TooManyFilters(Refusal):
    default_code = "too_many_filters"
    default_detail = _("You have 50 saved filters. Delete one first.")


def save_filter(
    owner: User, *, filter_id: UUID, name: str, query: dict[str, str], is_shared: bool
) -> SavedFilter:
    """Keep a filter. The same id again replaces one's own. Raises NotAllowed, TooManyFilters."""
    known = SavedFilter.objects.filter(pk=filter_id).first()
    if known is not None:
        return change_filter(known, owner, {"name": name, "query": query, "is_shared": is_shared})
    if SavedFilter.objects.filter(owner=owner).count() >= AT_MOST:
        raise TooManyFilters
    return SavedFilter.objects.create(
        pk=filter_id, owner=owner, name=name, query=query, is_shared=is_shared
    )


def change_filter(saved: SavedFilter, editor: User, changes: dict[str, Any]) -> SavedFilter:
    """Change a filter: one's own, or a shared one as a manager. Raises NotAllowed."""
    check_may_change(saved, editor)
    for name, value in changes.items():
        setattr(saved, name, value)
    saved.save(update_fields=list(changes)) if changes else None
    return saved


def delete_filter(saved: SavedFilter, remover: User) -> None:
    """Delete a filter: one's own, or a shared one as a manager. Raises NotAllowed."""
    check_may_change(saved, remover)
    saved.delete()
