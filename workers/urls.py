"""The addresses of the task dashboard: REST, page, metrics."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from workers.dashboard import api, pages, prometheus


class QueueVerb(StringConverter):
    regex = "pause|resume|purge"


class WorkerVerb(StringConverter):
    regex = "quiet|resume|stop"


class ScheduleVerb(StringConverter):
    regex = "run|enable|disable"


register_converter(QueueVerb, "queue_verb")
register_converter(WorkerVerb, "worker_verb")
register_converter(ScheduleVerb, "schedule_verb")

tasks = "api/v1/staff/tasks"

urlpatterns = [
    path(tasks, api.TaskList.as_view(), name="tasks"),
    path(f"{tasks}/summary", api.TaskSummary.as_view(), name="task-summary"),
    path(f"{tasks}/queues", api.QueueList.as_view(), name="task-queues"),
    path(f"{tasks}/queues/<str:queue>/<queue_verb:verb>", api.QueueAct.as_view(), name="queue-act"),
    path(f"{tasks}/workers", api.WorkerList.as_view(), name="task-workers"),
    path(
        f"{tasks}/workers/<id:worker_id>/<worker_verb:verb>",
        api.WorkerAct.as_view(),
        name="worker-act",
    ),
    path(f"{tasks}/schedules", api.ScheduleList.as_view(), name="task-schedules"),
    path(
        f"{tasks}/schedules/<str:name>/<schedule_verb:verb>",
        api.ScheduleAct.as_view(),
        name="schedule-act",
    ),
    path(f"{tasks}/failures", api.FailureList.as_view(), name="task-failures"),
    path(f"{tasks}/series", api.TaskSeries.as_view(), name="task-series"),
    path(f"{tasks}/actions", api.TaskActionList.as_view(), name="task-actions"),
    path(f"{tasks}/export", api.TaskExport.as_view(), name="task-export"),
    path(f"{tasks}/retry", api.TaskRetryMany.as_view(), name="task-retry-many"),
    path(f"{tasks}/discard", api.TaskDiscard.as_view(), name="task-discard"),
    path(f"{tasks}/<str:task_id>/retry", api.TaskRetry.as_view(), name="task-retry"),
    path(f"{tasks}/<str:task_id>/cancel", api.TaskCancel.as_view(), name="task-cancel"),
    path(f"{tasks}/<str:task_id>", api.TaskDetail.as_view(), name="task"),
    path("staff/tasks", pages.tasks, name="staff-tasks"),
    path("metrics", prometheus.metrics, name="metrics"),
]
