"""How each family of mail programs answers a letter."""

from tests.mails.case import Program
from tests.mails.programs import apple, french_web, gmail, outlook, phones, thunderbird, webmails

FAMILIES = [gmail, apple, outlook, thunderbird, french_web, webmails, phones]
PROGRAMS: list[Program] = [program for family in FAMILIES for program in family.PROGRAMS]
