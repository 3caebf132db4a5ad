"""What the tables of deploy/SCALING.md assume. Each number has its reason beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    name: str
    value: float
    unit: str
    reason: str


ASSUMPTIONS = (
    Assumption(
        "messages_per_day", 1.0, "messages of and to a client, per day",
        "A chantier lasts months: some days a dozen messages, most days none.",
    ),
    Assumption(
        "photos_per_message", 0.2, "photos per message",
        "One message in five shows the site.",
    ),
    Assumption(
        "openings_per_day", 2.0, "times a client opens the page, per day",
        "Once for a notification, once by themselves. Each reads a list and a page of history.",
    ),
    Assumption(
        "openings_by_staff", 60.0, "conversations that a member of staff opens, per day",
        "One each eight minutes of a working day.",
    ),
    Assumption(
        "peak_hour_share", 0.15, "of a day's messages in its busiest hour",
        "Nine working hours of equal load would be 0.11; clients write after work.",
    ),
    Assumption(
        "peak_in_hour", 2.0, "times the hour's mean in its busiest minute",
        "People answer each other.",
    ),
    Assumption(
        "online_share", 0.05, "of the clients with a page open in the busiest hour",
        "A page stays open for some minutes; two openings in a day of twelve hours are under 2 %.",
    ),
    Assumption(
        "clients_per_staff", 50.0, "clients per member of staff",
        "A site manager has ten chantiers; the office has more clients each.",
    ),
    Assumption(
        "streams_per_staff", 1.5, "open pages per member of staff",
        "A screen at the office all day, a phone for half of it.",
    ),
    Assumption(
        "conversations_per_client", 3.0, "conversations per client",
        "The chantier, the bills, one free subject.",
    ),
    Assumption(
        "busy_share", 0.6, "of a processor at the busiest minute",
        "Above it waiting times grow fast (see the queues). It covers one lost machine of three.",
    ),
    Assumption(
        "cores", 8, "cores of a machine",
        "A common size. Memory is 4 GiB a core.",
    ),
    Assumption(
        "postgres_cores", 64, "cores of the largest PostgreSQL one would run",
        "Larger ones exist, but writes of one primary stop to scale with cores.",
    ),
    Assumption(
        "postgres_bytes", 2e12, "bytes in one PostgreSQL",
        "A restore of 2 TB from a copy takes some three hours at 200 MB/s.",
    ),
    Assumption(
        "postgres_connections", 300, "connections of one PostgreSQL",
        "Each is a process; beyond a few per core they only wait. PgBouncer holds the others.",
    ),
    Assumption(
        "valkey_commands", 80_000, "commands a second of one Valkey",
        "Its commands run in one thread; 100,000 a second is what its own benchmark shows.",
    ),
    Assumption(
        "team_streams", 75, "streams that hear one event, once the company's is cut by team",
        "Fifty people with 1.5 pages.",
    ),
)  # fmt: skip
VALUES = {each.name: each.value for each in ASSUMPTIONS}
STEPS = (1_000, 100_000, 10_000_000)
