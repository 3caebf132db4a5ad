"""Write the first state of a page for the elements, beside the HTML that shows the same."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import json_script
from django.utils.safestring import SafeString


class CompactEncoder(DjangoJSONEncoder):
    """Write letters as they are.

    An escaped accent is six bytes, and cuts the text in two for the compression, which otherwise
    finds each text of the page a second time.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})


def state_script(state: dict[str, Any]) -> SafeString:
    return json_script(state, "first-state", encoder=CompactEncoder)
