"""Set which public holidays count, and how soon the company wants to answer."""

from datetime import timedelta

from core.settings.env import env

# A code of `holidays.France.subdivisions`: 57 (Moselle), 6AE (Alsace), 971 to 976. Empty: the
# holidays of the whole country. The hours themselves are rows, changed in the admin.
HOLIDAYS_REGION = env.str("HOLIDAYS_REGION", default="")
# Working hours until a client's question is late. It is escalated then.
ANSWER_WITHIN = timedelta(hours=env.float("ANSWER_WITHIN_HOURS", default=4.0))
