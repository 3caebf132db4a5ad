"""The values of several installations, from the fewest to all."""

from typing import Any

from tests.deploy.helm_chart import WITH_SECRET

SECRETS = {
    "SECRET_KEY": "x" * 50,
    "DATABASE_URL": "postgres://liaison:secret@postgres/liaison",
    "REDIS_URL": "redis://:secret@valkey:6379/0",
}
SCALED = {"enabled": True}
EVERYTHING: dict[str, Any] = {
    "secrets": {**SECRETS, "METRICS_TOKEN": "token", "ANYMAIL_MAILGUN_API_KEY": "key"},
    "existingSecrets": ["from-vault"],
    "settings": {"STAFF_MFA": "required", "OTEL_TRACES_SAMPLER": "always_on"},
    "image": {"repository": "registry.example.com/liaison", "tag": "0.2.0", "pullPolicy": "Always"},
    "imagePullSecrets": [{"name": "registry"}],
    "web": {"autoscaling": SCALED},
    "workers": {
        "worker": {"autoscaling": SCALED},
        "worker-attachments": {"autoscaling": SCALED},
    },
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "backup": {"enabled": True},
    "ingress": {"annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}},
    "podAnnotations": {"example.com/team": "it"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "messaging", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
}
MINIMAL = {
    **WITH_SECRET,
    "web": {"replicas": 1},
    "ingress": {"enabled": False},
    "podDisruptionBudget": {"enabled": False},
}
BROKER_AND_POOLER = {
    "secrets": {
        **SECRETS,
        "DATABASE_URL": "postgres://liaison:secret@pgbouncer:6432/liaison",
        "CELERY_BROKER_URL": "amqp://liaison:secret@rabbitmq:5672/liaison",
    },
    "settings": {"DATABASE_POOLER": "transaction"},
    "migrate": {"databaseUrl": SECRETS["DATABASE_URL"]},
    "backup": {"enabled": True},
}
OTHER_CONTROLLER = {
    **WITH_SECRET,
    "ingress": {"className": "traefik", "controller": "other", "tlsSecret": ""},
}
INSTALLATIONS: dict[str, dict[str, Any]] = {
    "default": WITH_SECRET,
    "minimal": MINIMAL,
    "everything": EVERYTHING,
    "rabbitmq and pgbouncer": BROKER_AND_POOLER,
    "other ingress controller": OTHER_CONTROLLER,
}
