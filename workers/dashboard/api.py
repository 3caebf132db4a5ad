"""The REST API of the task dashboard: the company reads, managers act."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.jobs.enqueue import Queue
from core.models import User
from core.queries import staff_for
from core.web.company import IsCompany
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import AnyAccept, APIView
from workers.dashboard import (
    action_log,
    actions,
    export,
    overview,
    statistics,
    task_detail,
    task_search,
)
from workers.dashboard.actions import JobsByType, NoteChanges
from workers.dashboard.serializers import (
    CountSerializer,
    DiscardSerializer,
    ExportedSerializer,
    ExportSerializer,
    FailureSerializer,
    NoteSerializer,
    PageSerializer,
    PeriodSerializer,
    PurgeSerializer,
    QueueSerializer,
    RetrySerializer,
    ScheduleSerializer,
    SeriesSerializer,
    SummarySerializer,
    TaskActionSerializer,
    TaskDetailSerializer,
    TaskPageSerializer,
    WorkerSerializer,
)
from workers.dashboard.task_search import Filters
from workers.dashboard.time_ranges import PERIODS, Period
from workers.engine.job_types import JobType
from workers.models import WorkerCommand, WorkerProcess
from workers.registry import BY_JOB, PERIODIC, PERIODIC_TASKS

LOG_SHOWN = 100


class StaffView(APIView):
    permission_classes = (IsAuthenticated, IsCompany)


class TaskList(StaffView):
    @extend_schema(
        operation_id="staff_tasks_list",
        parameters=[PageSerializer],
        responses=TaskPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tasks, newest first: jobs for a live state or the dead, else attempts."""
        filters = validated(PageSerializer, request.query_params)
        cursor, limit = filters.pop("cursor", None), filters.pop("limit")
        page = task_search.page(Filters(**filters), BY_JOB, cursor=cursor, limit=limit)
        return Response(TaskPageSerializer(page).data)


class TaskSummary(StaffView):
    @extend_schema(parameters=[PeriodSerializer], responses=SummarySerializer)
    def get(self, request: Request) -> Response:
        may_act = person(request).role == User.Role.MANAGER
        summary = overview.summary(BY_JOB, _period(request), may_act=may_act)
        return Response(SummarySerializer(summary).data)


class QueueList(StaffView):
    @extend_schema(responses=QueueSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(QueueSerializer(overview.queues(BY_JOB), many=True).data)


class WorkerList(StaffView):
    @extend_schema(responses=WorkerSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(WorkerSerializer(overview.workers(), many=True).data)


class FailureList(StaffView):
    @extend_schema(parameters=[PeriodSerializer], responses=FailureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Failures by task, exception and place."""
        groups = overview.failures(BY_JOB, _period(request))
        return Response(FailureSerializer(groups, many=True).data)


class ScheduleList(StaffView):
    @extend_schema(responses=ScheduleSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(ScheduleSerializer(overview.schedules(PERIODIC_TASKS), many=True).data)


class TaskSeries(StaffView):
    @extend_schema(parameters=[PeriodSerializer], responses=SeriesSerializer)
    def get(self, request: Request) -> Response:
        """Throughput, failures and depth of the queues over a period."""
        return Response(SeriesSerializer(statistics.series(_period(request))).data)


class TaskActionList(StaffView):
    @extend_schema(responses=TaskActionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Who did what, newest first."""
        log = action_log.in_words(action_log.newest()[:LOG_SHOWN], BY_JOB, PERIODIC_TASKS)
        return Response(TaskActionSerializer(log, many=True).data)


class TaskExport(StaffView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[ExportSerializer],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): ExportedSerializer(many=True),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """The attempts that match, as a file (10,000 at most): a CSV is for Excel."""
        filters = validated(ExportSerializer, request.query_params)
        file_format = filters.pop("to")
        return export.file_of(task_search.pairs(Filters(**filters), BY_JOB), file_format)


class TaskDetail(StaffView):
    @extend_schema(
        responses={
            200: TaskDetailSerializer,
            **refusals({405: "`retry` and the like are no tasks: their addresses take a POST."}),
        }
    )
    def get(self, request: Request, task_id: str) -> Response:
        """One task with all its attempts, by the id of the job or of an attempt."""
        detail = task_detail.detail_of(task_id, BY_JOB, PERIODIC_TASKS)
        if detail is None:
            raise Http404
        return Response(TaskDetailSerializer(detail).data)

    @extend_schema(request=NoteSerializer, responses=TaskDetailSerializer)
    def patch(self, request: Request, task_id: str) -> Response:
        """Write a note on a dead task, or say who takes care of it."""
        asked = validated(NoteSerializer, request.data)
        if owner := asked.get("owner"):
            asked["owner"] = _colleague(person(request), owner)
        changes = cast(NoteChanges, asked)
        job_type, subject = _job(task_id)
        actions.note(actor=person(request), job_type=job_type, subject=subject, changes=changes)
        return self.get(request, task_id)


class TaskRetry(StaffView):
    @extend_schema(request=None, responses=CountSerializer)
    def post(self, request: Request, task_id: str) -> Response:
        """Give one task all its attempts again, from now."""
        job_type, subject = _job(task_id)
        jobs = {job_type: [subject]}
        count = actions.retry(actor=person(request), jobs=jobs, target={"ids": [task_id]})
        return Response({"count": count})


class TaskCancel(StaffView):
    @extend_schema(request=None, responses={202: CountSerializer})
    def post(self, request: Request, task_id: str) -> Response:
        """Cut periodic work that runs, at its next step; it comes back at its next time."""
        job_type, subject = _job(task_id)
        actions.cancel(actor=person(request), job_type=job_type, subject=subject)
        return Response({"count": 1}, status=status.HTTP_202_ACCEPTED)


class TaskRetryMany(StaffView):
    @extend_schema(
        operation_id="staff_tasks_retry_many",
        request=RetrySerializer,
        responses=CountSerializer,
    )
    def post(self, request: Request) -> Response:
        """Retry chosen tasks, or all that match (a thousand at most)."""
        asked = validated(RetrySerializer, request.data)
        jobs = _jobs(asked)
        if asked["count_only"]:
            return Response({"count": task_search.count_of(jobs)})
        count = actions.retry(actor=person(request), jobs=jobs, target=_target(request))
        return Response({"count": count})


class TaskDiscard(StaffView):
    @extend_schema(
        request=DiscardSerializer,
        responses={200: CountSerializer, **refusals({404: "None of these is a dead task."})},
    )
    def post(self, request: Request) -> Response:
        """Take dead tasks off the list, with a reason."""
        asked = validated(DiscardSerializer, request.data)
        jobs = _jobs(asked)
        count = actions.discard(
            actor=person(request), jobs=jobs, target=_target(request), reason=asked["reason"]
        )
        return Response({"count": count})


class QueueAct(StaffView):
    @extend_schema(request=PurgeSerializer, responses=CountSerializer)
    def post(self, request: Request, queue: str, verb: str) -> Response:
        """`pause`, `resume`, or `purge` with the queue's name as `confirm`."""
        if queue not in list(Queue):
            raise Http404
        actor, confirm = person(request), validated(PurgeSerializer, request.data)["confirm"]
        if verb == "purge":
            return Response({"count": actions.purge(actor=actor, queue=queue, confirm=confirm)})
        {"pause": actions.pause, "resume": actions.resume}[verb](actor=actor, queue=queue)
        return Response({"count": 1})


class WorkerAct(StaffView):
    @extend_schema(request=None, responses={202: CountSerializer})
    def post(self, request: Request, worker_id: UUID, verb: str) -> Response:
        """`quiet`, `resume` or `stop`; the worker obeys in some seconds."""
        worker = WorkerProcess.objects.filter(pk=worker_id, stopped_at=None).first()
        if worker is None:
            raise Http404
        command = WorkerCommand(verb)
        actions.command_worker(actor=person(request), worker=worker, command=command)
        return Response({"count": 1}, status=status.HTTP_202_ACCEPTED)


class ScheduleAct(StaffView):
    @extend_schema(request=None, responses=CountSerializer)
    def post(self, request: Request, name: str, verb: str) -> Response:
        """`run` now, `enable` or `disable`."""
        actor = person(request)
        if name not in PERIODIC_TASKS.by_name:
            raise Http404
        # Before any worker has started, the row may not be there yet.
        PERIODIC_TASKS.ensure_rows()
        if verb == "run":
            actions.run_now(actor=actor, job_type=PERIODIC, name=name)
        else:
            actions.enable(actor=actor, name=name, is_enabled=verb == "enable")
        return Response({"count": 1})


def _period(request: Request) -> Period:
    return PERIODS[validated(PeriodSerializer, request.query_params)["period"]]


def _job(task_id: str) -> tuple[JobType, str]:
    job = task_search.job_of(task_id, BY_JOB)
    if job is None:
        raise Http404
    return job


def _jobs(asked: dict[str, Any]) -> JobsByType:
    """The jobs of the ids of a ChosenSerializer, else those that match its filters."""
    if "ids" in asked:
        return task_search.jobs_of(asked["ids"], BY_JOB)
    return task_search.jobs_matching(Filters(**(asked.get("filters") or {})), BY_JOB)


def _colleague(reader: User, user_id: UUID) -> User:
    found = staff_for(reader).filter(pk=user_id).first()
    if found is None:
        raise ValidationError({"owner": _("Nobody of the company has this id.")}, "unknown_person")
    return found


def _target(request: Request) -> dict[str, Any]:
    """Return what was asked, as it came, for the log."""
    asked: Any = request.data
    return {name: asked[name] for name in ("ids", "filters") if name in asked}
