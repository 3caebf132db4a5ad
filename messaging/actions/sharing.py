"""Who may change what a person keeps and may share with colleagues."""

from core.models import User
from core.web.errors import NotAllowed
from messaging.models import CannedReply, SavedFilter


def check_may_change(kept: SavedFilter | CannedReply, editor: User) -> None:
    """Let its owner, and a manager if it is shared. Raises NotAllowed for others."""
    is_manager = editor.role == User.Role.MANAGER and kept.is_shared
    if kept.owner_id != editor.pk and not is_manager:
        raise NotAllowed
