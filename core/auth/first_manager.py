"""Make the first manager of a new installation, by a command or by the first-start page.

The page asks for a code that stands in the output of `manage.py up` and in the log: a stranger who
finds the installation first cannot take it. The code is made of the secret key and of the
database's epoch, so every process knows it and no row holds it.
"""

from base64 import b32encode

import structlog
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.queries import current_epoch
from core.text import in_ascii
from core.web.errors import Refusal

logger = structlog.get_logger(__name__)

# Any number: of two first managers at once, the second waits and finds the first.
LOCK = 4_120_261_129


class ManagerExists(Refusal):
    default_code = "manager_exists"
    default_detail = _("There is a manager already.")


class WrongCode(Refusal):
    status_code = 400
    default_code = "wrong_code"
    default_detail = _("This is not the code. It stands in the output of `manage.py up`.")


def has_manager() -> bool:
    """Tell whether there is somebody, active or not, who could make others."""
    return User.objects.filter(Q(role=User.Role.MANAGER) | Q(is_superuser=True)).exists()


def setup_code() -> str:
    """Return the code, as `ABCD-EFGH-IJKL`: 60 bits."""
    digest = salted_hmac("core.auth.first_manager", current_epoch(), algorithm="sha256").digest()
    letters = b32encode(digest).decode()[:12]
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def log_setup_code() -> None:
    """Tell the code to those who read the log."""
    logger.warning("first_start", setup_code=setup_code())


@transaction.atomic
def create_first_manager(*, code: str, email: str, name: str, password: str, locale: str) -> User:
    """Raises ManagerExists or WrongCode."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if has_manager():
        raise ManagerExists
    if not constant_time_compare(_letters(code), _letters(setup_code())):
        raise WrongCode
    return create_manager(email=email, name=name, password=password, locale=locale)


def create_manager(
    *, email: str, name: str, password: str | None = None, locale: str = User.Locale.FRENCH
) -> User:
    """Create a manager who may enter the admin; without a password, one is chosen by a link."""
    return User.objects.create(
        email=email,
        name=name,
        role=User.Role.MANAGER,
        locale=locale,
        is_superuser=True,
        password=make_password(password),
    )


def _letters(code: str) -> str:
    return "".join(letter for letter in in_ascii(code).upper() if letter.isalnum())
