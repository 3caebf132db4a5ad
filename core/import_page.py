"""The admin's page that imports a list of people: a trial first, its report, then the import.

The file travels with the form of the report: no row, session or folder holds it between the two.
"""

from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.auth import invitations
from core.importing.people import Imported
from core.importing.people import import_people as imported_from
from core.importing.report import sentences, told
from core.importing.tables import UnreadableFile

# With the third that base64 adds, the form stays below the limit of a body.
MAX_BYTES = 700_000


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("file"),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)d kB: split it, or use manage.py import_people.")
                % {"size": MAX_BYTES // 1000}
            )
        return file


def import_people(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the form, the report of a trial, or that of the import. `context` is of the admin."""
    if request.method != "POST":
        return _page(request, context, FileForm())
    if "content" in request.POST:
        return _imported(request, context)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, context, form, status=400)
    content = form.cleaned_data["file"].read()
    try:
        report = imported_from(content, is_dry_run=True)
    except UnreadableFile as error:
        form.add_error("file", str(error))
        return _page(request, context, form, status=400)
    kept = {"content": b64encode(content).decode(), "file_name": form.cleaned_data["file"].name}
    return _page(request, {**context, **kept, **_said(report)}, FileForm())


def _imported(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = FileForm()
    try:
        content = b64decode(request.POST["content"], validate=True)
        report = imported_from(content, is_dry_run=False)
    except (ValueError, UnreadableFile):
        form = FileForm(request.POST)
        return _page(request, context, form, status=400)
    said = _said(report)
    if "invite" in request.POST:
        count = len(invitations.invite_new(report.people))
        said["sentences"].append(
            ngettext("%(count)d person is invited.", "%(count)d people are invited.", count)
            % {"count": count}
        )
    return _page(request, {**context, **said}, form)


def _said(report: Imported) -> dict[str, Any]:
    return {
        "report": report,
        "sentences": list(sentences(report)),
        "wrong": [told(line) for line in report.wrong],
    }


def _page(
    request: HttpRequest, context: dict[str, Any], form: FileForm, *, status: int = 200
) -> HttpResponse:
    context = {**context, "title": _("Import people"), "form": form}
    return render(request, "core/admin_import.html", context, status=status)
