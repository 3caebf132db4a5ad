"""The machines that a number of clients needs: the load of the busiest minute, times unit costs."""

from dataclasses import dataclass
from math import ceil

from deploy.scaling.assumptions import VALUES
from deploy.scaling.costs import Costs

DAY, HOUR = 86_400, 3_600
YEAR_DAYS = 365
# As `core.asgi` and the launcher have them.
WEB_THREADS, POOL_PROCESSES, WORKERS_AT_LEAST = 16, 2, 2
POOL_CONNECTIONS, PARENT_CONNECTIONS = 2, 2
GIB, TB = 2**30, 1e12
# What was said of a chantier is kept for the ten years of its warranty (garantie décennale).
YEARS = 10


@dataclass(frozen=True)
class Load:
    """What happens in a second of the busiest minute, and what is there all the time."""

    clients: int
    messages: float
    photos: float
    readings: float
    staff: float
    streams: float
    # Open pages of the company, which all hear of each message.
    staff_streams: float

    @classmethod
    def of(cls, clients: int) -> "Load":
        a = VALUES
        # From a day to a second of the busiest minute.
        peak = a["peak_hour_share"] * a["peak_in_hour"] / HOUR
        staff = clients / a["clients_per_staff"]
        messages = clients * a["messages_per_day"] * peak
        staff_streams = staff * a["streams_per_staff"]
        return cls(
            clients=clients,
            messages=messages,
            photos=messages * a["photos_per_message"],
            readings=(clients * a["openings_per_day"] + staff * a["openings_by_staff"]) * peak,
            staff=staff,
            streams=clients * a["online_share"] + staff_streams,
            staff_streams=staff_streams,
        )


@dataclass(frozen=True)
class Need:
    """Cores of each part at the busiest minute, before anything is spared for it."""

    web: float
    worker: float
    postgres: float
    valkey: float
    streams: float
    # The same, if each event still went to each open page of the company.
    streams_uncut: float

    @classmethod
    def of(cls, load: Load, costs: Costs) -> "Need":
        def cores(part: str) -> float:
            message, photo = costs.message_ms[part], costs.photo_ms[part]
            return (load.messages * message + load.photos * photo) / 1000

        # Measured of web and PostgreSQL together: two thirds were the web's.
        reading = load.readings * (costs.list_ms + costs.page_ms) / 1000
        idle = load.streams * costs.stream_idle_ms_per_second / 1000
        heard = min(load.staff_streams, VALUES["team_streams"]) + 2
        event = load.messages * costs.stream_event_ms / 1000
        return cls(
            web=cores("web") + reading * 2 / 3,
            worker=cores("worker"),
            postgres=cores("postgres") + reading / 3,
            valkey=cores("valkey"),
            streams=idle + event * heard,
            streams_uncut=idle + event * (load.staff_streams + 2),
        )


@dataclass(frozen=True)
class Machines:
    """What to start."""

    load: Load
    need: Need
    web_processes: int
    stream_processes: int
    pool_processes: int
    postgres_cores: int
    primaries: int
    connections: int
    valkeys: int
    stream_gib: float
    machines: int
    postgres_bytes_a_year: float
    object_bytes_a_year: float
    objects_a_year: float


def machines(clients: int, costs: Costs) -> Machines:
    load = Load.of(clients)
    need = Need.of(load, costs)
    spare = VALUES["busy_share"]
    web = max(2, ceil(need.web / spare))
    streams = max(0, ceil(need.streams / spare)) if clients > 1_000 else 0
    pool = max(WORKERS_AT_LEAST * POOL_PROCESSES, ceil(need.worker / spare))
    grown = storage_a_year(clients, costs)
    postgres = max(1, ceil(need.postgres / spare))
    primaries = max(
        ceil(postgres / VALUES["postgres_cores"]),
        ceil(grown["postgres"] * YEARS / VALUES["postgres_bytes"]),
    )
    cores = web + streams + pool + postgres
    # Valkey hands each event to the processes where somebody listens to it.
    commands = costs.valkey_commands + min(web + streams, VALUES["team_streams"])
    return Machines(
        load=load,
        need=need,
        web_processes=web,
        stream_processes=streams,
        pool_processes=pool,
        postgres_cores=postgres,
        primaries=primaries,
        connections=web * WEB_THREADS
        + pool * POOL_CONNECTIONS
        + ceil(pool / POOL_PROCESSES) * PARENT_CONNECTIONS,
        valkeys=ceil(load.messages * commands / VALUES["valkey_commands"]),
        stream_gib=load.streams * costs.stream_kib * 1024 / GIB,
        machines=1 if clients <= 1_000 else ceil(cores / VALUES["cores"]),
        postgres_bytes_a_year=grown["postgres"],
        object_bytes_a_year=grown["object_bytes"],
        objects_a_year=grown["objects"],
    )


def storage_a_year(clients: int, costs: Costs) -> dict[str, float]:
    """Return the bytes and objects that a year adds, the first year's people included."""
    messages = clients * VALUES["messages_per_day"] * YEAR_DAYS
    photos = messages * VALUES["photos_per_message"]
    people = clients * (
        costs.person_bytes + costs.conversation_bytes * VALUES["conversations_per_client"]
    )
    return {
        "postgres": messages * costs.message_bytes + people / YEARS,
        "object_bytes": photos * costs.photo_bytes,
        "objects": photos * costs.photo_objects,
    }


def capacities(costs: Costs) -> dict[str, float]:
    """Return the messages a second at which each part is busy, on a machine of eight cores.

    The first is the one that saturates first. Everything but Valkey and one PostgreSQL can be
    started again beside itself.
    """
    cores = VALUES["cores"]
    found = {
        f"{part}, {cores:g} cores": cores * 1000 / ms
        for part, ms in costs.message_ms.items()
        if part in ("web", "worker", "postgres")
    }
    found["Valkey, its one thread"] = 1000 / costs.message_ms["valkey"]
    for streams in (100, 3_000):
        found[f"one stream process, {streams:,} pages of the company"] = 1000 / (
            costs.stream_event_ms * streams
        )
    return dict(sorted(found.items(), key=lambda item: item[1]))
