"""Show on every page of a copy that it is one."""

from typing import Any

from django import template

from core import installation

register = template.Library()


@register.inclusion_tag("core/copy_banner.html", takes_context=True)
def copy_banner(context: template.Context) -> dict[str, Any]:
    """Write the banner of a copy, and nothing for the original.

    Nothing in a page that browsers keep (`is_kept_by_browsers`): it would stay there afterwards.
    """
    if context.get("is_kept_by_browsers"):
        return {}
    found = installation.copy_to_show()
    return {"words": installation.words_of(found)} if found else {}
