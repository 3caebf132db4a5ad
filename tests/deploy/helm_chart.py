"""The chart of deploy/helm, as Helm itself renders it: its library comes with `helm-python-sdk`."""

from typing import Any

import pytest
import yaml

from tests.site import ROOT

CHART = ROOT / "deploy" / "helm" / "liaison"
Manifest = dict[str, Any]
# The least that an administrator gives: a Secret that exists.
WITH_SECRET = {"existingSecrets": ["liaison"]}


def helm() -> Any:
    """Return Helm's library. Skips the test on a machine for which there is no wheel."""
    return pytest.importorskip(
        "helm_python", reason="helm-python-sdk has no wheel for this machine"
    )


def rendered(values: dict[str, Any] | None = None) -> list[Manifest]:
    """Return the manifests of `helm template liaison deploy/helm/liaison --namespace liaison`.

    Raises helm_python.HelmError when the values are refused.
    """
    with helm().Chart.load(CHART) as chart:
        files = chart.render(values or WITH_SECRET, name="liaison", namespace="liaison")
    return [
        document
        for path, text in sorted(files.items())
        if path.endswith(".yaml")
        for document in yaml.safe_load_all(text)
        if document
    ]


def found(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (manifest,) = [
        each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return manifest


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [each for each in manifests if each["kind"] == kind]


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Return the template of the pods of each Deployment, Job and CronJob, by its name."""
    return {
        each["metadata"]["name"]: _job(each)["spec"]["template"]
        for each in manifests
        if each["kind"] in {"Deployment", "Job", "CronJob"}
    }


def _job(manifest: Manifest) -> Manifest:
    job: Manifest = manifest["spec"].get("jobTemplate", manifest)
    return job


def container(pod: Manifest) -> Manifest:
    (only,) = pod["spec"]["containers"]
    return dict(only)
