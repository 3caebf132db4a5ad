"""Traces (OpenTelemetry) and error reports (Sentry), both off by default."""
