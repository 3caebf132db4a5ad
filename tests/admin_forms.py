"""What a browser posts with the admin's page of a person, beside its fields."""

# The rows of availability and working hours, none of them filled in.
NO_WORKING_HOURS = {
    f"{rows}-{field}": "0"
    for rows in ("availability", "working_periods")
    for field in ("TOTAL_FORMS", "INITIAL_FORMS")
}
