"""Web Push: devices, payloads, and the guarded HTTP request."""
