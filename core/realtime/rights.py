"""Publish that the rights of people changed, so that their open streams are checked at once.

This sees what Django sees: a save, an `update`, a deletion, the end of a session. What raw SQL
changes is seen by the next round of `core.realtime.recheck`.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from core.models import RIGHTS, User, rights_updated
from core.realtime.publish import publish_rights_changed


@receiver(post_save, sender=User)
def publish_saved(
    instance: User, created: bool, update_fields: Collection[str] | None, **_: Any
) -> None:
    # A login saves `last_login` alone.
    if not created and (update_fields is None or RIGHTS.intersection(update_fields)):
        publish_rights_changed([instance.pk])


@receiver(post_delete, sender=User)
def publish_deleted(instance: User, **_: Any) -> None:
    publish_rights_changed([instance.pk])


@receiver(rights_updated)
def publish_updated(user_ids: list[UUID], **_: Any) -> None:
    publish_rights_changed(user_ids)


@receiver(post_delete, sender=Session)
def publish_logged_out(instance: Session, **_: Any) -> None:
    # `clearsessions` deletes sessions that ended long ago.
    if instance.expire_date > timezone.now():
        user_id = instance.get_decoded().get(SESSION_KEY)
        if user_id:
            publish_rights_changed([UUID(user_id)])
