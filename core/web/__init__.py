"""What all requests share: page access, errors, limits, pagination, health, OpenAPI, metrics."""
