"""The people and the chantiers of the demo: a building company of the Nantes area, its clients."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from core.models import Chantier, Client, User

PASSWORD = "chantier-demo"  # noqa: S105  (printed for everyone: the command refuses production)
DOMAIN = "demo.test"

STAFF = {
    "odile": ("Odile Perrin", User.Role.STAFF),
    "marc": ("Marc Vidal", User.Role.MANAGER),
    "nadia": ("Nadia Benali", User.Role.STAFF),
    "julien": ("Julien Lefèvre", User.Role.STAFF),
}


class Job(NamedTuple):
    """A chantier; who answers for it and who stands in, by login."""

    name: str
    reference: str
    address: str
    responsible: str
    deputy: str | None = None


# Client: its users, login by login, and its chantiers.
CLIENTS: dict[str, tuple[dict[str, str], list[Job]]] = {
    "Famille Morel": (
        {"camille": "Camille Morel", "bruno": "Bruno Morel"},
        [
            Job("Villa Lumière", "CH-2041", "12 chemin des Vignes, 44120 Vertou", "odile", "nadia"),
            Job("Garage et auvent", "CH-2078", "12 chemin des Vignes, 44120 Vertou", "odile"),
        ],
    ),
    "SCI Haddad": (
        {"yanis": "Yanis Haddad"},
        [
            Job("Immeuble Joffre", "CH-1987", "31 rue du Maréchal-Joffre, 44000 Nantes", "julien"),
            Job("Studio du Bouffay", "CH-2056", "4 rue des Carmes, 44000 Nantes", "julien", "marc"),
        ],
    ),
    "Famille Nguyen": (
        {"linh": "Linh Nguyen", "minh": "Minh Nguyen"},
        [
            Job("Maison des Capucines", "CH-2012", "8 allée des Capucines, 44800 Saint-Herblain",
                "nadia", "odile"),
        ],
    ),
    "Hélène et Paul Lacroix": (
        {"helene": "Hélène Lacroix", "paul": "Paul Lacroix"},
        [
            Job("Longère de la Prée", "CH-1964", "La Prée, 44690 La Haie-Fouassière", "odile"),
            Job("Dépendance de la Prée", "CH-2081", "La Prée, 44690 La Haie-Fouassière", "odile"),
        ],
    ),
    "Boulangerie Fournier": (
        {"sophie": "Sophie Fournier"},
        [
            Job("Fournil et boutique", "CH-2033", "17 place du Commerce, 44400 Rezé",
                "julien", "nadia"),
            Job("Logement au-dessus", "CH-2034", "17 place du Commerce, 44400 Rezé", "julien"),
        ],
    ),
    "Cabinet dentaire Roussel": (
        {"anne": "Anne Roussel"},
        [
            Job("Cabinet Roussel", "CH-2019", "2 boulevard Guist'hau, 44000 Nantes",
                "nadia", "marc"),
        ],
    ),
    "Famille Diallo": (
        {"aminata": "Aminata Diallo", "ousmane": "Ousmane Diallo"},
        [
            Job("Pavillon Diallo", "CH-2047", "25 rue de la Chesnaie, 44300 Nantes", "nadia"),
            Job("Combles Diallo", "CH-2090", "25 rue de la Chesnaie, 44300 Nantes", "nadia"),
        ],
    ),
    "Copropriété Les Tilleuls": (
        {"gerard": "Gérard Blanchet", "mireille": "Mireille Aubin"},
        [
            Job("Les Tilleuls, ravalement", "CH-1978", "6 avenue des Tilleuls, 44100 Nantes",
                "marc", "julien"),
            Job("Les Tilleuls, hall B", "CH-2060", "6 avenue des Tilleuls, 44100 Nantes", "julien"),
        ],
    ),
    "Famille Garnier": (
        {"thomas": "Thomas Garnier"},
        [
            Job("Surélévation Garnier", "CH-2025", "40 rue de la Bourgeonnière, 44300 Nantes",
                "odile", "julien"),
        ],
    ),
    "École Sainte-Anne": (
        {"claire": "Claire Dubreuil", "luc": "Luc Tessier"},
        [
            Job("Préau et sanitaires", "CH-2008", "1 rue de l'École, 44220 Couëron",
                "marc", "odile"),
            Job("Salle de motricité", "CH-2085", "1 rue de l'École, 44220 Couëron", "odile"),
        ],
    ),
    "Famille Ferreira": (
        {"maria": "Maria Ferreira", "jose": "José Ferreira"},
        [
            Job("Maison Ferreira", "CH-2038", "3 impasse du Moulin, 44240 La Chapelle-sur-Erdre",
                "julien", "odile"),
            Job("Terrasse et clôture", "CH-2092",
                "3 impasse du Moulin, 44240 La Chapelle-sur-Erdre", "julien"),
        ],
    ),
    "Pépinières Caradec": (
        {"yann": "Yann Caradec"},
        [
            Job("Serre et accueil", "CH-2029", "Route de Clisson, 44190 Gorges", "nadia", "julien"),
        ],
    ),
}  # fmt: skip

# Finished long ago: nobody writes about it any more.
ARCHIVED = "CH-1964"


@dataclass(frozen=True)
class Company:
    """Everybody and every chantier of the demo."""

    staff: list[User]
    clients: list[Client]

    def users_of(self, client: Client) -> list[User]:
        """The client's users, in the order of CLIENTS."""
        logins = list(CLIENTS[client.name][0])
        return sorted(client.users.all(), key=lambda user: logins.index(login_of(user)))

    def chantiers_of(self, client: Client) -> list[Chantier]:
        return list(client.chantiers.order_by("reference"))


def found(*, since: datetime) -> Company:
    """Create the company, its people, its clients and their chantiers, as known `since` then."""
    began = timezone.now()
    # Once for all: argon2 takes its time, and the password is the same.
    password = make_password(PASSWORD)
    staff = {login: _person(login, name, role, password) for login, (name, role) in STAFF.items()}
    clients = [Client.objects.create(name=name) for name in CLIENTS]
    for client in clients:
        logins, jobs = CLIENTS[client.name]
        for login, name in logins.items():
            _person(login, name, User.Role.CLIENT, password, client)
        Chantier.objects.bulk_create(_chantier(job, client, staff) for job in jobs)
    for rows in (User.objects, Client.objects, Chantier.objects):
        rows.filter(created_at__gte=began).update(created_at=since)
    return Company(list(staff.values()), clients)


def archive_the_finished() -> None:
    Chantier.objects.filter(reference=ARCHIVED).update(status=Chantier.Status.ARCHIVED)


def exists() -> bool:
    return User.objects.filter(email__endswith=f"@{DOMAIN}").exists()


def logins() -> Iterator[str]:
    """Say who can log in, one line a person, the first of each side only."""
    for login, (name, role) in STAFF.items():
        yield f"{login}@{DOMAIN:<12} {name}, {role.value}"
    for client in ("Famille Morel", "SCI Haddad"):
        for login, name in CLIENTS[client][0].items():
            yield f"{login}@{DOMAIN:<12} {name}, client ({client})"


def login_of(user: User) -> str:
    return user.email.partition("@")[0]


def _person(
    login: str, name: str, role: User.Role, password: str, client: Client | None = None
) -> User:
    return User.objects.create(
        email=f"{login}@{DOMAIN}",
        name=name,
        role=role,
        client=client,
        password=password,
        external_id=f"demo-{login}",
    )


def _chantier(job: Job, client: Client, staff: dict[str, User]) -> Chantier:
    return Chantier(
        client=client,
        name=job.name,
        reference=job.reference,
        address=job.address,
        responsible=staff[job.responsible],
        deputy=staff[job.deputy] if job.deputy else None,
        external_id=f"demo-{job.reference}",
    )
