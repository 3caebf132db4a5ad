from django.db import migrations

# The lists of clients and chantiers, thousands of rows: `core.web.pagination.InOrderOfNames`. Here,
# since `fold_text` is of migration 0009.
INDEXES = (
    ("core_client", "client_by_name"),
    ("core_chantier", "chantier_by_name"),
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0019_canned_replies")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {name} ON {table} (fold_text(name), name, id)", f"DROP INDEX {name}"
        )
        for table, name in INDEXES
    ]
