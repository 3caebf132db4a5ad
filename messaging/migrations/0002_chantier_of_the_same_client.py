from django.db import migrations

# Django has no foreign key on two columns. Without a chantier nothing is compared (MATCH SIMPLE).
ADD = """
    ALTER TABLE messaging_conversation
    ADD CONSTRAINT conversation_chantier_of_its_client
    FOREIGN KEY (chantier_id, client_id) REFERENCES core_chantier (id, client_id)
    DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE messaging_conversation DROP CONSTRAINT conversation_chantier_of_its_client"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("core", "0001_initial")]
    operations = [migrations.RunSQL(ADD, DROP)]
