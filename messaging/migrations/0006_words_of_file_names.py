from django.db import migrations

# On the table of another app, which does not know how messages are searched. The expression is
# that of `messaging.search.words_of`.
ADD = """
    CREATE INDEX message_attachment_words ON attachments_attachment USING gin (
        (to_tsvector('simple'::regconfig, COALESCE(translate(
            LOWER(name), 'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'
        ), '')))
    )
"""
DROP = "DROP INDEX message_attachment_words"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_by_email"), ("attachments", "0001_initial")]
    operations = [migrations.RunSQL(ADD, DROP)]
