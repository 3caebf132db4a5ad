from django.urls import path

from core import urls
from core.urls import handler400, handler403, handler404, handler500
from tests.bench import rivals

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("rivals/drf/<uuid:conversation_id>/messages", rivals.BareDrf.as_view()),
    path("rivals/sql/<uuid:conversation_id>/messages", rivals.raw_sql),
    path("rivals/sql/conversations", rivals.sql_list),
    path("rivals/sql/<uuid:conversation_id>/history", rivals.sql_history),
    *urls.urlpatterns,
]
