"""Write rows as JSON by functions that are made once for each class of serializer.

The serializers stay the only definition of a shape. But DRF builds all fields of a serializer for
each request, and asks each of them for its source, its callables and its type for each row.
Measured, 50 conversations took 5.9 ms to write that way, and take 2.9. A test compares both.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from rest_framework import serializers
from rest_framework.fields import SkipField

# Of a serializer, for the methods of its fields, and of a row.
Write = Callable[[Any, Any], Any]
Plan = list[tuple[str, Write]]

_plans: dict[Any, Plan] = {}


# A serializer that writes by a plan. Mixed in before DRF's own. Without a docstring: the OpenAPI
# document would show it as that of each shape.
class Written(serializers.BaseSerializer[Any]):
    def plan_context(self) -> dict[str, Any]:
        """Return the part of the context that the fields themselves depend on."""
        return {}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        needed = self.plan_context()
        key = type(self), *needed.items()
        plan = _plans.get(key)
        if plan is None:
            # Not of this serializer, which belongs to one request.
            plan = _plans[key] = plan_of(type(self)(context=needed))
        written = {}
        for name, write in plan:
            try:
                written[name] = write(self, instance)
            except SkipField:
                continue
        return written


def plan_of(serializer: Any) -> Plan:
    return [(name, _writer(field)) for name, field in serializer.fields.items() if _is_read(field)]


def _is_read(field: Any) -> bool:
    return not field.write_only


def _writer(field: Any) -> Write:
    if isinstance(field, serializers.SerializerMethodField):
        return _by_method(str(field.method_name))
    if len(field.source_attrs) != 1:
        return _as_drf(field)
    if type(field) is serializers.PrimaryKeyRelatedField:
        return _of_id(field)
    return _of_value(field.source_attrs[0], _converter(field), otherwise=_as_drf(field))


def _by_method(name: str) -> Write:
    return lambda serializer, row: getattr(serializer, name)(row)


def _as_drf(field: Any) -> Write:
    def write(_serializer: Any, row: Any) -> Any:
        value = field.get_attribute(row)
        return None if value is None else field.to_representation(value)

    return write


def _of_id(field: Any) -> Write:
    """Write the id of another row, which is a column of this one."""
    try:
        column = field.parent.Meta.model._meta.get_field(field.source).attname
    except (AttributeError, FieldDoesNotExist):
        return _as_drf(field)
    return lambda _serializer, row: getattr(row, column)


def _of_value(name: str, convert: Callable[[Any], Any], *, otherwise: Write) -> Write:
    def write(serializer: Any, row: Any) -> Any:
        try:
            value = row[name] if isinstance(row, Mapping) else getattr(row, name)
        except (AttributeError, KeyError):
            return otherwise(serializer, row)
        return None if value is None else convert(value)

    return write


def _converter(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, Written):
        # A new one, that is of no request: a shape inside of another has no context.
        return type(field)().to_representation
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, Written):
        write_one = type(field.child)().to_representation
        return lambda rows: [write_one(row) for row in rows]
    if type(field) in (serializers.CharField, serializers.UUIDField):
        return str
    if type(field) is serializers.IntegerField:
        return int
    if isinstance(field, serializers.DateTimeField):
        return _moment(field)
    convert: Callable[[Any], Any] = field.to_representation
    return convert


def _moment(field: Any) -> Callable[[Any], Any]:
    def write(moment: datetime) -> Any:
        # As PostgreSQL gives them.
        if moment.tzinfo is UTC:
            return f"{moment.isoformat()[:-6]}Z"
        return field.to_representation(moment)

    return write
