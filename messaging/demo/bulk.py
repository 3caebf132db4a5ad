"""Load a million messages in a few minutes, by statements over whole tables.

Triggers and foreign keys would be run for each row. They are off for the transaction, and the
indexes of the search are built at its end. What the triggers would have written is written here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from messaging.demo import bulk_texts as texts

SEED = 2041
# Each is in some 30 messages: to cut all words of a million texts takes minutes.
DISTINCT_TEXTS = 30_000


@dataclass(frozen=True)
class Size:
    messages: int = 1_000_000
    conversations: int = 10_000
    # With the staff, 3,000 people.
    clients: int = 2_980
    days: int = 1_095


@transaction.atomic
def load(size: Size, say: Callable[[str], object]) -> None:
    """Write clients, chantiers, people, conversations, messages and what is searched of them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL synchronous_commit = off")
        asked = vars(size)
        _load_texts(cursor, size)
        for title, statements in STEPS.items():
            say(f"{title}...")
            for statement in statements:
                cursor.execute(statement, asked if "%(" in statement else None)


def _load_texts(cursor: CursorWrapper, size: Size) -> None:
    chance = Random(SEED)
    cursor.execute("CREATE TEMP TABLE bulk_text (id int, body text) ON COMMIT DROP")
    count = min(DISTINCT_TEXTS, size.messages)
    with cursor.copy("COPY bulk_text FROM STDIN") as copy:
        for n, text in enumerate(texts.texts(count, chance)):
            copy.write_row((n, text))
    cursor.execute("CREATE TEMP TABLE bulk_name (n int, name text) ON COMMIT DROP")
    with cursor.copy("COPY bulk_name FROM STDIN") as copy:
        for n in range(size.clients):
            surname = chance.choice(texts.SURNAMES) + (
                "" if n % 3 else "-" + chance.choice(texts.SURNAMES)
            )
            copy.write_row((n, f"{chance.choice(texts.FIRST_NAMES)} {surname}"))
    cursor.execute("CREATE TEMP TABLE bulk_thing (n int, name text) ON COMMIT DROP")
    with cursor.copy("COPY bulk_thing FROM STDIN") as copy:
        for n, thing in enumerate(texts.THINGS):
            copy.write_row((n, thing.capitalize()))


# The n-th thing of 170, in proportion to 1/n.
_ZIPF = "least(floor(exp(random() * ln(170)))::int - 1, 165)"
STEPS = {
    "Clients, chantiers and people": (
        # Indexes are quicker built at the end. Those of constraints stay.
        """
        CREATE TEMP TABLE bulk_index ON COMMIT DROP AS
        SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid IN ('messaging_message'::regclass, 'messaging_searchentry'::regclass)
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
        """,
        """
        DO $$ DECLARE each record; BEGIN
            FOR each IN SELECT * FROM bulk_index LOOP
                EXECUTE format('DROP INDEX %I', each.name);
            END LOOP;
        END $$
        """,
        "SELECT setseed(0.5)",
        """
        CREATE TEMP TABLE bulk_client ON COMMIT DROP AS
        SELECT n, name, gen_random_uuid() AS id, gen_random_uuid() AS chantier,
            gen_random_uuid() AS person
        FROM bulk_name
        """,
        """
        INSERT INTO core_client (id, name, created_at)
        SELECT id, 'Famille ' || name, now() FROM bulk_client
        """,
        """
        INSERT INTO core_chantier (id, client_id, name, reference, address, status, created_at)
        SELECT chantier, id, 'Villa ' || name, 'CH-' || 1000 + n,
            n || ' rue des Lilas, 78000 Versailles', 'open', now()
        FROM bulk_client
        """,
        """
        INSERT INTO core_user (id, password, is_superuser, email, name, role, locale, is_active,
            created_at, client_id)
        SELECT person, '!', false, 'client' || n || '@bench.test', name, 'client', 'fr', true,
            now(), id
        FROM bulk_client
        """,
        """
        CREATE TEMP TABLE bulk_staff ON COMMIT DROP AS
        SELECT n, gen_random_uuid() AS id FROM generate_series(0, 19) n
        """,
        """
        INSERT INTO core_user (id, password, is_superuser, email, name, role, locale, is_active,
            created_at)
        SELECT s.id, '!', false, 'staff' || s.n || '@bench.test', b.name, 'staff', 'fr', true, now()
        FROM bulk_staff s JOIN bulk_name b ON b.n = s.n
        """,
    ),
    "Conversations": (
        """
        CREATE TEMP TABLE bulk_conversation ON COMMIT DROP AS
        SELECT r.n, gen_random_uuid() AS id,
            c.id AS client, c.chantier, c.person, s.id AS staff,
            now() - random() * %(days)s * interval '1 day' AS begun, t.name || ' : ' ||
            lower(t2.name) || ' ' || r.n AS subject, count.messages
        FROM (
            SELECT n, floor(power(random(), 1.5) * %(clients)s)::int AS client,
                (random() * 19)::int AS staff, {zipf} AS thing, {zipf} AS thing2
            FROM generate_series(1, %(conversations)s) n
        ) r
        JOIN bulk_client c ON c.n = r.client
        JOIN bulk_staff s ON s.n = r.staff
        JOIN bulk_thing t ON t.n = r.thing
        JOIN bulk_thing t2 ON t2.n = r.thing2,
        LATERAL (
            SELECT greatest(1, floor(
                -ln(1 - random()) * %(messages)s / %(conversations)s
            ))::int + 0 * r.n AS messages
        ) count
        """.replace("{zipf}", _ZIPF),
        """
        INSERT INTO messaging_conversation (id, subject, status, created_at, draft_digest, version,
            last_seq, last_activity_at, changed_at, chantier_id, client_id, created_by_id,
            closed_up_to_seq)
        SELECT id, subject, CASE WHEN n % 5 = 0 THEN 'closed' ELSE 'open' END, begun, '',
            messages + 1, messages, begun, begun, chantier, client, person, 0
        FROM bulk_conversation
        """,
        """
        INSERT INTO messaging_participant (conversation_id, user_id, last_read_seq, unread_count,
            read_version, has_written)
        SELECT id, person, 0, 0, 0, true FROM bulk_conversation
        UNION ALL SELECT id, staff, 0, 0, 0, true FROM bulk_conversation
        """,
        """
        CREATE TEMP TABLE bulk_about ON COMMIT DROP AS
        SELECT b.id, search_words(
            concat_ws(' ; ', b.subject, client.name, k.name, k.reference, k.address)
        ) AS words
        FROM bulk_conversation b
        JOIN core_client client ON client.id = b.client
        JOIN core_chantier k ON k.id = b.chantier
        """,
        """
        CREATE TEMP TABLE bulk_person ON COMMIT DROP AS
        SELECT id, search_words(name) AS words, search_labels('%', email) AS hidden FROM core_user
        """,
        """
        CREATE TEMP TABLE bulk_around ON COMMIT DROP AS
        SELECT c.id, side.is_client, (
            SELECT string_agg('''^' || w || '''', ' ')::tsvector
            FROM unnest(tsvector_to_array(a.words || p.words)) w
        ) || concat_ws(' ',
            '''#' || right(c.client::text, 12) || '''',
            '''#' || right(c.chantier::text, 12) || '''',
            '''#' || right(p.id::text, 12) || ''''
        )::tsvector AS words
        FROM bulk_conversation c
        JOIN bulk_about a ON a.id = c.id
        CROSS JOIN (VALUES (true), (false)) AS side (is_client)
        CROSS JOIN bulk_person p
        WHERE p.id = CASE WHEN side.is_client THEN c.person ELSE c.staff END
        """,
        "ALTER TABLE bulk_around ADD PRIMARY KEY (id, is_client)",
        "ANALYZE bulk_conversation, bulk_around",
        """
        INSERT INTO messaging_searchentry (kind, row_id, conversation_id, at, has_file, words)
        SELECT 'conversation', c.id, c.id, c.begun, false, a.words || p.words || s.words || p.hidden
            || s.hidden || concat_ws(' ',
                '''#' || right(c.client::text, 12) || '''',
                '''#' || right(c.chantier::text, 12) || '''',
                '''@' || to_char(c.begun AT TIME ZONE 'Europe/Paris', 'YYYYMMDD') || '''',
                '''=conversation'''
            )::tsvector
        FROM bulk_conversation c
        JOIN bulk_about a ON a.id = c.id
        JOIN bulk_person p ON p.id = c.person
        JOIN bulk_person s ON s.id = c.staff
        """,
    ),
    "Words of the texts": (
        """
        CREATE TEMP TABLE bulk_words ON COMMIT DROP AS
        SELECT id, body, search_words(body) AS words FROM bulk_text
        """,
        "ALTER TABLE bulk_words ADD PRIMARY KEY (id)",
    ),
    "Messages": (
        """
        CREATE TEMP TABLE bulk_message ON COMMIT DROP AS
        SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' ||
            substr(gen_random_uuid()::text, 16))::uuid AS id, m.*
        FROM (
            SELECT c.id AS conversation, seq, seq % 2 = 1 AS is_client,
                CASE WHEN seq % 2 = 1 THEN c.person ELSE c.staff END AS author,
                -- All before now.
                c.begun + seq * least(interval '5 hours', (now() - c.begun) / c.messages) AS at,
                floor(random() * (SELECT count(*) FROM bulk_words))::int AS text
            FROM bulk_conversation c, generate_series(1, c.messages) seq
        ) m
        ORDER BY at
        """,
        "ANALYZE bulk_message, bulk_words",
        """
        INSERT INTO messaging_message (id, conversation_id, seq, version, author_id, body, by_email,
            attachment_count, draft_digest, created_at, fanned_out_at, attempts, last_error)
        SELECT m.id, m.conversation, m.seq, m.seq, m.author, w.body, false, 0, '', m.at, m.at, 0, ''
        FROM bulk_message m JOIN bulk_words w ON w.id = m.text ORDER BY m.at
        """,
        """
        UPDATE messaging_conversation c SET last_message_id = m.id, last_activity_at = m.at,
            changed_at = m.at
        FROM bulk_message m JOIN bulk_conversation b ON b.id = m.conversation
        WHERE m.seq = b.messages AND c.id = b.id
        """,
    ),
    "What is searched": (
        """
        INSERT INTO messaging_searchentry (kind, row_id, conversation_id, author_id, at, has_file,
            words)
        SELECT 'message', m.id, m.conversation, m.author, m.at, false, w.words || a.words ||
            ('''@' || to_char(m.at AT TIME ZONE 'Europe/Paris', 'YYYYMMDD') || ''' ''=message''')
            ::tsvector
        FROM bulk_message m
        JOIN bulk_words w ON w.id = m.text
        JOIN bulk_around a ON a.id = m.conversation AND a.is_client = m.is_client
        ORDER BY m.at
        """,
        """
        INSERT INTO messaging_searchword (word, stem, near)
        SELECT w, search_stem(w), search_near(w) FROM (
            SELECT DISTINCT w FROM (
                SELECT words FROM bulk_words
                UNION ALL
                SELECT words FROM messaging_searchentry WHERE kind = 'conversation'
            ) e, unnest(tsvector_to_array(e.words)) w
            WHERE w ~ '^[a-z]{3,30}$'
        ) found
        ON CONFLICT DO NOTHING
        """,
        """
        DO $$ DECLARE each record; BEGIN
            FOR each IN SELECT * FROM bulk_index LOOP EXECUTE each.definition; END LOOP;
        END $$
        """,
        """
        ANALYZE messaging_message, messaging_conversation, messaging_searchentry,
            messaging_searchword
        """,
    ),
}
