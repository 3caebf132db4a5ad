"""Create the people and chantiers of the demo: a building company near Nantes and its clients."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

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


class Site(NamedTuple):
    """A chantier to create; its responsible person and the deputy by their logins."""

    name: str
    reference: str
    address: str
    responsible: str
    deputy: str | None = None


# By client: the names of its users by their logins, and its chantiers.
CLIENTS: dict[str, tuple[dict[str, str], list[Site]]] = {
    "Famille Morel": (
        {"camille": "Camille Morel", "bruno": "Bruno Morel"},
        [
            Site("Villa Lumière", "CH-2041", "12 chemin des Vignes, 44120 Vertou",
                 "odile", "nadia"),
            Site("Garage et auvent", "CH-2078", "12 chemin des Vignes, 44120 Vertou", "odile"),
        ],
    ),
    "SCI Haddad": (
        {"yanis": "Yanis Haddad"},
        [
            Site("Immeuble Joffre", "CH-1987", "31 rue du Maréchal-Joffre, 44000 Nantes", "julien"),
            Site("Studio du Bouffay", "CH-2056", "4 rue des Carmes, 44000 Nantes",
                 "julien", "marc"),
        ],
    ),
    "Famille Nguyen": (
        {"linh": "Linh Nguyen", "minh": "Minh Nguyen"},
        [
            Site("Maison des Capucines", "CH-2012", "8 allée des Capucines, 44800 Saint-Herblain",
                 "nadia", "odile"),
        ],
    ),
    "Hélène et Paul Lacroix": (
        {"helene": "Hélène Lacroix", "paul": "Paul Lacroix"},
        [
            Site("Longère de la Prée", "CH-1964", "La Prée, 44690 La Haie-Fouassière", "odile"),
            Site("Dépendance de la Prée", "CH-2081", "La Prée, 44690 La Haie-Fouassière", "odile"),
        ],
    ),
    "Boulangerie Fournier": (
        {"sophie": "Sophie Fournier"},
        [
            Site("Fournil et boutique", "CH-2033", "17 place du Commerce, 44400 Rezé",
                 "julien", "nadia"),
            Site("Logement au-dessus", "CH-2034", "17 place du Commerce, 44400 Rezé", "julien"),
        ],
    ),
    "Cabinet dentaire Roussel": (
        {"anne": "Anne Roussel"},
        [
            Site("Cabinet Roussel", "CH-2019", "2 boulevard Guist'hau, 44000 Nantes",
                 "nadia", "marc"),
        ],
    ),
    "Famille Diallo": (
        {"aminata": "Aminata Diallo", "ousmane": "Ousmane Diallo"},
        [
            Site("Pavillon Diallo", "CH-2047", "25 rue de la Chesnaie, 44300 Nantes", "nadia"),
            Site("Combles Diallo", "CH-2090", "25 rue de la Chesnaie, 44300 Nantes", "nadia"),
        ],
    ),
    "Copropriété Les Tilleuls": (
        {"gerard": "Gérard Blanchet", "mireille": "Mireille Aubin"},
        [
            Site("Les Tilleuls, ravalement", "CH-1978", "6 avenue des Tilleuls, 44100 Nantes",
                 "marc", "julien"),
            Site("Les Tilleuls, hall B", "CH-2060", "6 avenue des Tilleuls, 44100 Nantes",
                 "julien"),
        ],
    ),
    "Famille Garnier": (
        {"thomas": "Thomas Garnier"},
        [
            Site("Surélévation Garnier", "CH-2025", "40 rue de la Bourgeonnière, 44300 Nantes",
                 "odile", "julien"),
        ],
    ),
    "École Sainte-Anne": (
        {"claire": "Claire Dubreuil", "luc": "Luc Tessier"},
        [
            Site("Préau et sanitaires", "CH-2008", "1 rue de l'École, 44220 Couëron",
                 "marc", "odile"),
            Site("Salle de motricité", "CH-2085", "1 rue de l'École, 44220 Couëron", "odile"),
        ],
    ),
    "Famille Ferreira": (
        {"maria": "Maria Ferreira", "jose": "José Ferreira"},
        [
            Site("Maison Ferreira", "CH-2038", "3 impasse du Moulin, 44240 La Chapelle-sur-Erdre",
                 "julien", "odile"),
            Site("Terrasse et clôture", "CH-2092",
                 "3 impasse du Moulin, 44240 La Chapelle-sur-Erdre", "julien"),
        ],
    ),
    "Pépinières Caradec": (
        {"yann": "Yann Caradec"},
        [
            Site("Serre et accueil", "CH-2029", "Route de Clisson, 44190 Gorges",
                 "nadia", "julien"),
        ],
    ),
}  # fmt: skip

# The chantier that is finished and archived, by its reference.
ARCHIVED = "CH-1964"


@dataclass(frozen=True)
class Company:
    """The people of the company and its clients, as created."""

    staff: list[User]
    clients: list[Client]

    def users_of(self, client: Client) -> list[User]:
        """Return the users of a client, in the order of CLIENTS."""
        logins = list(CLIENTS[client.name][0])
        return sorted(client.users.all(), key=lambda user: logins.index(login_of(user)))

    def chantiers_of(self, client: Client) -> list[Chantier]:
        return list(client.chantiers.order_by("reference"))


def create_company(*, since: datetime) -> Company:
    """Create the company, its people, its clients and their chantiers, all dated `since`."""
    began = timezone.now()
    # One hash for everybody: argon2 is slow, and the password is the same.
    password = make_password(PASSWORD)
    staff = {login: _person(login, name, role, password) for login, (name, role) in STAFF.items()}
    clients = [Client.objects.create(name=name) for name in CLIENTS]
    for client in clients:
        logins, sites = CLIENTS[client.name]
        for login, name in logins.items():
            _person(login, name, User.Role.CLIENT, password, client)
        Chantier.objects.bulk_create(_chantier(site, client, staff) for site in sites)
    for rows in (User.objects, Client.objects, Chantier.objects):
        rows.filter(created_at__gte=began).update(created_at=since)
    return Company(list(staff.values()), clients)


def archive_the_finished() -> None:
    Chantier.objects.filter(reference=ARCHIVED).update(status=Chantier.Status.ARCHIVED)


def exists() -> bool:
    return User.objects.filter(email__endswith=f"@{DOMAIN}").exists()


def logins() -> Iterator[str]:
    """Yield a line for each login that the demo prints: the staff, and two clients."""
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
        phone=_phone(login) if client else "",
        external_id=f"demo-{login}",
    )


def _phone(login: str) -> str:
    """Return a number of those that are kept for fiction in France: 06 39 98 00 00 to 99 99."""
    last = crc32(login.encode()) % 10_000
    return f"06 39 98 {last // 100:02} {last % 100:02}"


def _chantier(site: Site, client: Client, staff: dict[str, User]) -> Chantier:
    return Chantier(
        client=client,
        name=site.name,
        reference=site.reference,
        address=site.address,
        responsible=staff[site.responsible],
        deputy=staff[site.deputy] if site.deputy else None,
        external_id=f"demo-{site.reference}",
    )
