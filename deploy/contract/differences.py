"""Find what a new OpenAPI document breaks for those who were written for the old one.

A new operation, optional field or field of an answer breaks nothing: callers take fields that they
do not know. See README.md for the whole list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deploy.contract import shapes

Document = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
PREFIX = "/api/v1"


class Break(NamedTuple):
    """Something that works no longer, in words, and the words by which CHANGELOG can name it."""

    text: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.text


def breaks(old: Document, new: Document) -> list[Break]:
    """Return what breaks, each once, in the order of the old document."""
    return list(dict.fromkeys(_Comparison(old, new).found()))


@dataclass
class _Comparison:
    old: Document
    new: Document
    # Pairs of shapes that were compared: a shape may hold itself.
    compared: set[tuple[str, str, bool]] = field(default_factory=set)

    def found(self) -> Iterator[Break]:
        after = dict(_operations(self.new))
        for key, operation in _operations(self.old):
            if key in after:
                yield from self._operation(key, operation, after[key])
            else:
                yield Break(f"{key} is gone.", (key,))

    def _operation(self, key: str, old: Document, new: Document) -> Iterator[Break]:
        if old["operationId"] != new["operationId"]:
            text = f"{key}: the operation id {old['operationId']} is now {new['operationId']}."
            yield Break(text, ("operation ids", old["operationId"]))
        yield from self._security(key, old, new)
        yield from self._parameters(key, old, new)
        yield from self._body(key, old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(key, old["responses"], new["responses"])

    def _security(self, key: str, old: Document, new: Document) -> Iterator[Break]:
        ways = [sorted(way) for way in new.get("security", [{}])]
        for way in old.get("security", [{}]):
            if sorted(way) not in ways and [] not in ways:
                yield Break(f"{key}: {' and '.join(way) or 'nobody'} opens it no longer.", (key,))

    def _parameters(self, key: str, old: Document, new: Document) -> Iterator[Break]:
        before, after = _parameters(old), _parameters(new)
        for name, parameter in before.items():
            where = f"{key}: the parameter {name[1]}"
            if name not in after:
                yield Break(f"{where} is gone.", _of(key, name[1]))
            else:
                yield from self._is_needed(where, key, name[1], parameter, after[name])
                yield from self._shape(
                    where, _of(key, name[1]), parameter["schema"], after[name]["schema"], True
                )
        for name in after.keys() - before.keys():
            if after[name].get("required"):
                yield Break(f"{key}: the parameter {name[1]} is new and needed.", _of(key, name[1]))

    @staticmethod
    def _is_needed(
        where: str, key: str, name: str, old: Document, new: Document
    ) -> Iterator[Break]:
        if new.get("required") and not old.get("required"):
            yield Break(f"{where} is needed now.", _of(key, name))

    def _body(self, key: str, old: Document | None, new: Document | None) -> Iterator[Break]:
        if new and new.get("required") and not (old and old.get("required")):
            yield Break(f"{key}: a body is needed now.", (key,))
        if not old:
            return
        if not new:
            yield Break(f"{key}: it takes no body any more.", (key,))
            return
        yield from self._contents(f"{key}: the body", key, old, new, True)

    def _answers(self, key: str, old: Document, new: Document) -> Iterator[Break]:
        for status, answer in old.items():
            before = shapes.resolved(answer, self.old)
            if status in new:
                after = shapes.resolved(new[status], self.new)
                yield from self._contents(f"{key}: {status}", key, before, after, False)
            elif status[0] in "23":
                yield Break(f"{key} answers {status} no longer.", (key,))

    def _contents(
        self, where: str, key: str, old: Document, new: Document, is_sent: bool
    ) -> Iterator[Break]:
        after = new.get("content", {})
        for kind, media in old.get("content", {}).items():
            if kind not in after:
                yield Break(f"{where} is {kind} no longer.", (key,))
            else:
                before, now = media.get("schema", {}), after[kind].get("schema", {})
                yield from self._shape(where, (key,), before, now, is_sent)

    def _shape(
        self, where: str, names: tuple[str, ...], old: Document, new: Document, is_sent: bool
    ) -> Iterator[Break]:
        """Compare two shapes. `is_sent` are those of callers; the others are of our answers."""
        reference, other = old.get("$ref", ""), new.get("$ref", "")
        if reference:
            where = reference.rpartition("/")[2]
            names = (where,)
        if reference and other:
            if (reference, other, is_sent) in self.compared:
                return
            self.compared.add((reference, other, is_sent))
        before, after = shapes.whole(old, self.old), shapes.whole(new, self.new)
        if shapes.has_choices(before) or shapes.has_choices(after):
            yield from self._choices(where, names, old, new, is_sent)
            return
        for text in shapes.differences(before, after, is_sent=is_sent):
            yield Break(f"{where} {text}", names)
        yield from self._properties(where, names, before, after, is_sent)
        if "items" in before and "items" in after:
            yield from self._shape(f"{where}[]", names, before["items"], after["items"], is_sent)

    def _properties(
        self, where: str, names: tuple[str, ...], old: Document, new: Document, is_sent: bool
    ) -> Iterator[Break]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, still = set(old.get("required", ())), set(new.get("required", ()))
        for name, inner in before.items():
            at, called = f"{where}.{name}", _called(where, name, names)
            if name not in after:
                yield Break(f"{at} is gone.", called)
                continue
            if is_sent and name in still - needed:
                yield Break(f"{at} is needed now.", called)
            if not is_sent and name in needed - still:
                yield Break(f"{at} can be missing now.", called)
            yield from self._shape(at, called, inner, after[name], is_sent)
        for name in sorted(still - before.keys()):
            if is_sent:
                called = _called(where, name, names)
                yield Break(f"{where}.{name} is new and needed.", called)

    def _choices(
        self, where: str, names: tuple[str, ...], old: Document, new: Document, is_sent: bool
    ) -> Iterator[Break]:
        """Compare by kind: what can be sent stays, what can come gets no other kind."""
        before = shapes.choices(old, self.old)
        after = shapes.choices(new, self.new)
        for kind, choice in before.items():
            if kind in after:
                yield from self._shape(where, names, choice, after[kind], is_sent)
            elif is_sent:
                yield Break(f"{where} takes no {kind} any more.", names)
        if not is_sent:
            for kind in after.keys() - before.keys():
                yield Break(f"{where} can be {kind} now.", names)


def _operations(document: Document) -> Iterable[tuple[str, Document]]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield f"{method.upper()} {path.removeprefix(PREFIX)}", operations[method]


def _parameters(operation: Document) -> dict[tuple[str, str], Document]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", ())}


def _of(key: str, name: str) -> tuple[str, ...]:
    return (f"{key} {name}",)


def _called(where: str, name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return how to name a field: `Message.body`, or by its operation if its shape has no name."""
    return names if ":" in where else (f"{where}.{name}",)
