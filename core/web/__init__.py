"""What every request and answer shares: errors, limits, pagination, health, OpenAPI."""
