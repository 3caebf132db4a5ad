"""What a developer reads about each element, from `custom-elements.json` of the package."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MANIFEST = settings.BASE_DIR / "deploy" / "elements" / "custom-elements.json"


@dataclass(frozen=True)
class ElementDoc:
    """One element of the manifest (schema 1.0.0 of custom-elements-manifest)."""

    tag: str
    description: str
    members: list[dict[str, Any]]
    events: list[dict[str, Any]]
    slots: list[dict[str, Any]]
    custom_properties: list[dict[str, Any]]

    @cached_property
    def properties(self) -> list[dict[str, Any]]:
        return [member for member in self.members if member["kind"] == "field"]

    @cached_property
    def methods(self) -> list[dict[str, Any]]:
        return [_with_call(member) for member in self.members if member["kind"] == "method"]

    @property
    def html(self) -> str:
        """Return the lines that mount the element and hear its first event, without a framework."""
        attributes = "".join(f' {each["attribute"]}="…"' for each in self._attributes)
        lines = [f"<{self.tag}{attributes}></{self.tag}>"]
        script = [f"  element.{each['name']} = …;" for each in self._bare_properties]
        script += [
            f'  element.addEventListener("{event["name"]}", (event) => …);' for event in self.events
        ]
        if script:
            lines += [
                "<script>",
                f'  const element = document.querySelector("{self.tag}");',
                *script,
                "</script>",
            ]
        return "\n".join(lines)

    @property
    def react(self) -> str:
        """Return the line of React 19: properties by their names, events as `onNAME`."""
        given = [f"  {each['name']}={{…}}" for each in self.properties]
        given += [f"  on{event['name']}={{(event) => …}}" for event in self.events]
        return "\n".join([f"<{self.tag}", *given, "/>"]) if given else f"<{self.tag} />"

    @property
    def _attributes(self) -> list[dict[str, Any]]:
        return [each for each in self.properties if "attribute" in each]

    @property
    def _bare_properties(self) -> list[dict[str, Any]]:
        return [each for each in self.properties if "attribute" not in each]


def documented_elements() -> list[ElementDoc]:
    """Return the elements of the package, the whole inbox first."""
    modules = json.loads(MANIFEST.read_text())["modules"]
    found = [_element(module["declarations"][0]) for module in modules]
    return sorted(found, key=lambda element: (element.tag != "client-inbox", element.tag))


def _element(declaration: dict[str, Any]) -> ElementDoc:
    return ElementDoc(
        tag=declaration["tagName"],
        description=_prose(declaration["description"]),
        members=[_described(each) for each in declaration["members"]],
        events=[_described(each) for each in declaration["events"]],
        slots=[_described(each) for each in declaration["slots"]],
        custom_properties=[_described(each) for each in declaration["cssProperties"]],
    )


def _described(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "description": _prose(item.get("description", ""))}


def _prose(text: str) -> SafeString:
    """Return a comment as HTML: what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in parts),
    )


def _with_call(method: dict[str, Any]) -> dict[str, Any]:
    names = ", ".join(parameter["name"] for parameter in method.get("parameters", []))
    return {**method, "call": f"{method['name']}({names})"}
