from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

# The letters of `messaging.search.fold` when this was written. To change them, give the function
# another name and the indexes another expression: PostgreSQL does not rebuild them by itself.
ACCENTED = (
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïðñòóôõöøùúûüýÿĀāĂ"
    "ăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅ"
    "ņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſ²³"
)
PLAIN = (
    "aaaaaaceeeeiiiidnoooooouuuuyaaaaaaceeeeiiiidnoooooouuuuyyaaa"
    "aaaccccccccddddeeeeeeeeeegggggggghhiiiiiiiiiijjkkllllllllnnn"
    "nnnoooooorrrrrrssssssssttttuuuuuuuuuuuuwwyyyzzzzzzs23"
)
SEPARATORS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’‚…·•–—−‐‑°€\xa0\u202f\u2009"
MARKS = "\u0300\u0301\u0302\u0303\u0308\u0327"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


LETTERS = "lower(value)"
for ligature, plain in (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss")):
    LETTERS = f"replace({LETTERS}, '{ligature}', '{plain}')"
# In plpgsql, which the planner does not write out: the cost of a text is then known, about 0.1 ms, and
# it reads the index instead of the texts of all messages of a client.
ADD = f"""
    CREATE FUNCTION search_words(value text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 4000 AS $function$
    BEGIN
        RETURN to_tsvector('simple'::regconfig, translate(
            {LETTERS},
            {literal(ACCENTED + SEPARATORS + MARKS)},
            {literal(PLAIN + " " * len(SEPARATORS))}
        ));
    END
    $function$
"""
DROP = "DROP FUNCTION search_words(text)"
# On the table of another app, which does not know how messages are searched.
ADD_NAMES = """
    CREATE INDEX attachment_search
    ON attachments_attachment USING gin (search_words(name))
"""
DROP_NAMES = "DROP INDEX attachment_search"
ADD_OLD_NAMES = """
    CREATE INDEX message_attachment_words ON attachments_attachment USING gin (
        (to_tsvector('simple'::regconfig, COALESCE(translate(
            LOWER(name), 'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'
        ), '')))
    )
"""
DROP_OLD_NAMES = "DROP INDEX message_attachment_words"


def words_of(field: str) -> models.Func:
    return models.Func(models.F(field), function="search_words", output_field=SearchVectorField())


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_closed_up_to_seq"), ("attachments", "0001_initial")]
    operations = [
        migrations.RunSQL(ADD, DROP),
        migrations.RemoveIndex("message", "message_words"),
        migrations.RemoveIndex("conversation", "conversation_words"),
        migrations.RunSQL(DROP_OLD_NAMES, ADD_OLD_NAMES),
        migrations.AddIndex("message", GinIndex(words_of("body"), name="message_search")),
        migrations.AddIndex(
            "conversation", GinIndex(words_of("subject"), name="conversation_search")
        ),
        migrations.AddIndex("note", GinIndex(words_of("body"), name="note_search")),
        migrations.RunSQL(ADD_NAMES, DROP_NAMES),
    ]
