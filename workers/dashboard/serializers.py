"""The JSON shapes of the task dashboard, for its page and for the API."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.ids import id_of
from core.jobs.enqueue import Job
from core.serializers import InputSerializer, PersonSerializer, Shape, UtcField
from core.web.fields import FiniteField, IdField, MomentField, NumberField
from workers.dashboard.export import COLUMNS, WORDS
from workers.dashboard.labels import error_in_words
from workers.dashboard.task_row import STATES
from workers.dashboard.time_ranges import PERIODS
from workers.models import TaskAction, TaskRun

REASON_LENGTH = 500
PERIOD_CHOICES = list(PERIODS)
# Named in SPECTACULAR_SETTINGS: several shapes have a `state`.
TASK_STATES = list(STATES)
ASKED_STATES = [*STATES, "error"]
WORKER_STATES = ["alive", "quiet", "lost", "stopped"]
SCHEDULE_STATES = ["ok", "running", "failing", "late", "disabled"]
Moment = UtcField


class Shown(serializers.Serializer[Any]):
    """Something that is only shown."""


# --- Input ---------------------------------------------------------------------------------------


class PeriodSerializer(InputSerializer):
    period = serializers.ChoiceField(choices=PERIOD_CHOICES, default="24h")


class FiltersSerializer(InputSerializer):
    """Which tasks; all given conditions hold together."""

    state = serializers.ChoiceField(choices=ASKED_STATES, required=False)
    queue = serializers.CharField(max_length=20, required=False)
    name = serializers.CharField(max_length=60, required=False)
    worker = serializers.CharField(max_length=120, required=False)
    subject = serializers.CharField(max_length=60, required=False)
    since = MomentField(required=False)
    until = MomentField(required=False)
    q = serializers.CharField(
        max_length=100,
        required=False,
        help_text="Words that the row shows; or the id of a message or a conversation.",
    )
    slower_than = FiniteField(min_value=0, required=False, help_text="Seconds.")
    error_class = serializers.CharField(max_length=100, required=False)
    error_place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    without_housekeeping = serializers.BooleanField(
        default=False,
        help_text="Leave out periodic work that went well, and wake-ups without anything to do.",
    )


class PageSerializer(FiltersSerializer):
    cursor = serializers.CharField(required=False)
    limit = NumberField(min_value=1, max_value=100, default=50)


class ExportSerializer(FiltersSerializer):
    # Not `format`, which DRF takes for a renderer.
    to = serializers.ChoiceField(choices=["csv", "json"], default="csv")


class TaskIdField(serializers.CharField):
    """The id of a job, `JOB:ROW`, or of an attempt. A row may be gone; the form must be right."""

    default_error_messages: ClassVar = {"task_id": _("This is no id of a task.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        job, separator, subject = text.partition(":")
        if separator and (job not in list(Job) or not subject):
            self.fail("task_id")
        if not separator:
            self._check_id(text)
        return text

    def _check_id(self, text: str) -> None:
        try:
            id_of(text)
        except ValueError:
            self.fail("task_id")


class ChosenSerializer(InputSerializer):
    """Some tasks by their ids, or all that match filters (a thousand at most)."""

    ids = serializers.ListField(child=TaskIdField(max_length=130), max_length=1000, required=False)
    filters = FiltersSerializer(required=False)


class RetrySerializer(ChosenSerializer):
    count_only = serializers.BooleanField(
        default=False, help_text="Only say how many there are that can be tried again."
    )


class DiscardSerializer(ChosenSerializer):
    reason = serializers.CharField(max_length=REASON_LENGTH)


class NoteSerializer(InputSerializer):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    owner = IdField(required=False, allow_null=True)


class PurgeSerializer(InputSerializer):
    confirm = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


# --- Output --------------------------------------------------------------------------------------


class ProgressSerializer(Shown):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    phase = serializers.CharField()
    is_cancelled = serializers.BooleanField()


class TaskEntrySerializer(Shown):
    id = serializers.CharField()
    state = serializers.ChoiceField(choices=TASK_STATES)
    name = serializers.CharField()
    title = serializers.CharField()
    queue = serializers.CharField()
    queue_title = serializers.CharField()
    subject = serializers.CharField()
    words = serializers.CharField()
    link = serializers.CharField()
    # What became of the row; "" while its work is not done.
    result = serializers.CharField()
    worker = serializers.CharField()
    attempt = serializers.IntegerField()
    max_attempts = serializers.IntegerField(allow_null=True)
    ordered_at = Moment(allow_null=True)
    due_at = Moment(allow_null=True)
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    wait_seconds = serializers.FloatField(allow_null=True)
    run_seconds = serializers.FloatField(allow_null=True)
    error_class = serializers.CharField()
    error_text = serializers.CharField()
    note = serializers.CharField()
    owner = PersonSerializer(allow_null=True)
    # Only of running work that takes more than a second and reports its steps.
    progress = ProgressSerializer(allow_null=True)
    is_cancellable = serializers.BooleanField()


class TaskPageSerializer(Shown):
    results = TaskEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)
    folded = serializers.IntegerField(
        help_text="The rows that `without_housekeeping` leaves out of the first page."
    )
    searched_until = Moment(
        allow_null=True, help_text="A search by words came as far as this: `next` goes on."
    )


class AttemptSerializer(Shape[TaskRun]):
    error_text = serializers.SerializerMethodField()

    class Meta:
        model = TaskRun
        fields = (
            "id", "task_id", "outcome", "attempt", "worker", "queue", "arguments", "ordered_at",
            "started_at", "ended_at", "wait_seconds", "run_seconds", "memory_bytes", "result",
            "error_class", "error_place", "error_text", "traceback",
        )  # fmt: skip
        read_only_fields = fields

    def get_error_text(self, run: TaskRun) -> str:
        return str(error_in_words(run.error_text, run.name, run.error_class))


class ExportedSerializer(Shape[TaskRun]):
    """An attempt in an exported file, with the words of its row."""

    title = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True)

    class Meta:
        model = TaskRun
        fields = (*COLUMNS, *WORDS)
        read_only_fields = fields


class FamilySerializer(Shown):
    """The jobs that ordered a job, and those that it ordered: twenty at most are shown."""

    parents = TaskEntrySerializer(many=True)
    children = TaskEntrySerializer(many=True)
    children_count = serializers.IntegerField()


class TaskActionSerializer(Shown):
    id = serializers.IntegerField()
    actor = PersonSerializer()
    verb = serializers.ChoiceField(choices=TaskAction.Verb.choices)
    words = serializers.CharField()
    at = Moment()
    target = serializers.DictField()
    target_words = serializers.CharField()
    count = serializers.IntegerField()
    reason = serializers.CharField()


class TaskDetailSerializer(TaskEntrySerializer):
    attempts = AttemptSerializer(many=True)
    # The last error, only the lines of our own code.
    application_traceback = serializers.CharField()
    family = FamilySerializer()
    # What people did to it, newest first.
    actions = TaskActionSerializer(many=True)


class CardsSerializer(Shown):
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    retrying = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    dead = serializers.IntegerField()
    housekeeping = serializers.IntegerField(
        help_text="Periodic work of the period that went well: not in `succeeded`."
    )


class AlertSerializer(Shown):
    code = serializers.CharField(help_text="A key of workers.monitoring.causes.CAUSES.")
    about = serializers.CharField()
    words = serializers.CharField()
    what_to_do = serializers.CharField()
    detail = serializers.CharField(help_text="What the other side said; may be empty.")
    since = Moment(allow_null=True)
    told_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)


class SharesSerializer(Shown):
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)


class LatencySerializer(Shown):
    """Of one task; of all tasks of a queue if `name` is empty."""

    queue = serializers.CharField()
    queue_title = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    wait = SharesSerializer()
    run = SharesSerializer()
    memory_bytes = serializers.IntegerField()


class AuditSerializer(Shown):
    at = Moment()
    conversations = serializers.IntegerField()
    drifts = serializers.ListField(child=serializers.DictField())


class FactSerializer(Shown):
    """A number that another app tells of itself."""

    code = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.ChoiceField(choices=["count", "bytes", "percent", "seconds"])

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `label` is also an attribute of every serializer.
        return {**super().get_fields(), "label": serializers.CharField()}


class SummarySerializer(Shown):
    at = Moment()
    period = serializers.CharField()
    may_act = serializers.BooleanField()
    cards = CardsSerializer()
    alerts = AlertSerializer(many=True)
    ended_alerts = AlertSerializer(many=True)
    broker_is_away = serializers.BooleanField()
    outbox_lag_seconds = serializers.FloatField()
    # `workers.monitoring.business_metrics.BusinessMetric`.
    facts = FactSerializer(many=True)
    latencies = LatencySerializer(many=True)
    queue_latencies = LatencySerializer(many=True)
    slowest = TaskEntrySerializer(many=True)
    audit = AuditSerializer(allow_null=True)
    runs_kept_days = serializers.IntegerField()
    hours_kept_days = serializers.IntegerField()
    dead_kept_days = serializers.IntegerField()


class QueueSerializer(Shown):
    queue = serializers.CharField()
    title = serializers.CharField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    retrying = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    oldest_seconds = serializers.FloatField()
    in_per_minute = serializers.FloatField()
    out_per_minute = serializers.FloatField()
    seconds_to_empty = serializers.FloatField(allow_null=True)
    workers = serializers.IntegerField()
    paused_at = Moment(allow_null=True)
    paused_by = PersonSerializer(allow_null=True)


class WorkerSerializer(Shown):
    id = serializers.UUIDField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    state = serializers.ChoiceField(choices=WORKER_STATES)
    queues = serializers.ListField(child=serializers.CharField())
    concurrency = serializers.IntegerField()
    busy = serializers.ListField(child=serializers.DictField())
    memory_bytes = serializers.IntegerField()
    version = serializers.CharField()
    reaches_broker = serializers.BooleanField()
    started_at = Moment()
    seen_at = Moment()
    uptime_seconds = serializers.FloatField()
    order = serializers.CharField()


class FailureSerializer(Shown):
    name = serializers.CharField()
    title = serializers.CharField()
    error_class = serializers.CharField()
    error_place = serializers.CharField()
    error_text = serializers.CharField()
    count = serializers.IntegerField()
    first_at = Moment()
    last_at = Moment()
    spark = serializers.ListField(child=serializers.IntegerField())
    example = serializers.CharField()


class ScheduleSerializer(Shown):
    name = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField()
    every_seconds = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    due_at = Moment(allow_null=True)
    last_started_at = Moment(allow_null=True)
    last_seconds = serializers.FloatField(allow_null=True)
    drift_seconds = serializers.FloatField(allow_null=True)
    last_result = serializers.CharField()
    result_words = serializers.CharField()
    last_error = serializers.CharField()
    state = serializers.ChoiceField(choices=SCHEDULE_STATES)


class MarkSerializer(Shown):
    at = Moment()
    version = serializers.CharField()


class SeriesSerializer(Shown):
    at = serializers.ListField(child=Moment())
    step_seconds = serializers.IntegerField()
    succeeded = serializers.ListField(child=serializers.IntegerField())
    failed = serializers.ListField(child=serializers.IntegerField())
    depths = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField()))
    marks = MarkSerializer(many=True)


class CountSerializer(Shown):
    count = serializers.IntegerField()
