"""The SQL of migration 0009, as it was written then: functions and triggers.

To change how texts are folded or cut, write the functions anew in another migration, and owe every
entry again as `FILL` does.
"""

from collections.abc import Iterator

# Accents, soft hyphens, directions, joiners and variants of emoji: they split no word.
MARKS = r"\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
# Letters of other writings too. Without × and ÷, symbols, and emoji.
WORD = (
    r"a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3041-\u318f\u3400-\u9fff"
    r"\ua000-\ud7ff\U00010000-\U0001efff\U00020000-\U0003ffff"
)
# What NFKD leaves as it is, one letter for one. Typographic signs become those of a keyboard.
PLAIN = "øØłŁđĐðÐıħŧ" "‐‑‒–—―−’‘ʼ´", "ooLLddddiht".lower() + "-------''''"
CAPITALS = "".join(map(chr, [*range(0x391, 0x3AA), *range(0x410, 0x430), *range(0x400, 0x410)]))
SMALL = "".join(map(chr, [*range(0x3B1, 0x3CA), *range(0x430, 0x450), *range(0x450, 0x460)]))
LONG = (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss"), ("ẞ", "ss"), ("þ", "th"))

_long = "folded"
for letter, plain in LONG:
    _long = f"replace({_long}, '{letter}', '{plain}')"

FOLD = f"""
    CREATE FUNCTION fold_text(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
    DECLARE folded text := value;
    BEGIN
        IF octet_length(folded) > length(folded) THEN
            folded := regexp_replace(normalize(folded, NFKD), '[{MARKS}]', '', 'g');
            IF octet_length(folded) > length(folded) THEN
                folded := translate({_long}, '{PLAIN[0]}', '{PLAIN[1].replace("'", "''")}');
                IF folded ~ '[\\u0391-\\u042f]' THEN
                    folded := translate(folded, '{CAPITALS}', '{SMALL}');
                END IF;
            END IF;
        END IF;
        RETURN lower(folded COLLATE "C");
    END
    $function$
"""

# (what is written, with its other ways after "|"): they stand at one place of the text.
_PHONE = (
    r"(?<![0-9a-z+])(?:\+33|0033|0)(?:[ .-]*\(0\))?[ .-]*([1-9])"
    r"[ ./-]?([0-9]{2})[ ./-]?([0-9]{2})[ ./-]?([0-9]{2})[ ./-]?([0-9]{2})(?![0-9])"
)
NUMBERS = (
    (_PHONE, r" 0\1 \2 \3 \4 \5|0\1\2\3\4\5 "),
    (r"(?<![0-9.,])([0-9]{1,3})[ .]([0-9]{3})[ .]([0-9]{3})(?![0-9])", r"\1 \2 \3|\1\2\3"),
    (r"(?<![0-9.,|])([0-9]{1,3})[ .]([0-9]{3})(?![0-9])", r"\1 \2|\1\2"),
    (r"(?<![a-z0-9|])([a-z]+)([0-9]+)(?![a-z0-9|])", r"\1\2|\1|\2"),
    (r"(?<![a-z0-9|])([0-9]+)([a-z]+)([0-9]*)(?![a-z0-9|])", r"\1\2\3|\1|\2\3"),
    # «lot 04» is lot 4.
    (r"(?<![0-9])0([1-9])(?![0-9])", r"0\1|\1"),
)
HYPHENS = (
    (r"(?<![a-z-])([a-z]+)-([a-z]+)-([a-z]+)(?![a-z-])", r"\1 \2 \3|\1\2\3"),
    (r"(?<![a-z-])([a-z]+)-([a-z]+)(?![a-z-])", r"\1 \2|\1\2"),
)


def _replaced(pairs: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(
        f"t := regexp_replace(t, '{pattern}', '{other}', 'g');" for pattern, other in pairs
    )


# Of ASCII, and what ends lines.
SIGNS = "$signs$!\"#$%&'()*+,-./:;<=>?@[\\]^_`{}~\t$signs$"
SPACES = "'" + " " * 33 + "'"
WORDS = f"""
    CREATE FUNCTION search_words(value text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 4000 AS $function$
    DECLARE
        t text := replace(fold_text(value), '|', ' ');
    BEGIN
        IF t ~ '[0-9]' THEN
            {_replaced(NUMBERS)}
        END IF;
        IF t ~ '[a-z]-[a-z]' THEN
            {_replaced(HYPHENS)}
        END IF;
        IF t LIKE '%|%' THEN
            RETURN (
                SELECT coalesce(string_agg(left(w, 60) || ':' || least(n, 16383), ' '), '')::tsvector
                FROM regexp_matches(t, '[{WORD}|]+', 'g') WITH ORDINALITY AS m (parts, n),
                    unnest(string_to_array(parts[1], '|')) w
                WHERE w <> ''
            );
        END IF;
        IF octet_length(t) = length(t) THEN
            -- Its parser cuts ASCII words at spaces alone, ten times faster than an expression.
            RETURN to_tsvector('simple'::regconfig, translate(t, {SIGNS}, {SPACES}));
        END IF;
        RETURN (
            SELECT coalesce(
                string_agg(left(parts[1], 60) || ':' || least(n, 16383), ' '), ''
            )::tsvector
            FROM regexp_matches(t, '[{WORD}]+', 'g') WITH ORDINALITY AS m (parts, n)
        );
    END
    $function$
"""

# French endings, of folded words, of which at least three letters stay.
ENDINGS = (
    (r"^(trav|vitr|em|vant|soupir|cor|ferm)aux$", r"\1ail"),
    (r"eaux$", "eau"),
    (r"(..)aux$", r"\1al"),
    (r"(...)[sx]$", r"\1"),
    (r"euse$", "eur"),
    (r"trice$", "teur"),
    (r"ive$", "if"),
    (r"([ae]nn|onn)e$", r"\1"),
    (r"(an|en|on)n$", r"\1"),
    (r"ere$", "er"),
    (r"(...)(eraient|erait|eront|erons|erez|erai|era|aient|ait|ee|er|ez|ent|e)$", r"\1"),
    (r"(...)ir$", r"\1i"),
)
_stem = "word"
for _pattern, _other in ENDINGS:
    _stem = f"regexp_replace({_stem}, '{_pattern}', '{_other}')"
STEM = f"""
    CREATE FUNCTION search_stem(word text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $function$
        SELECT CASE WHEN length(word) < 4 THEN word ELSE {_stem} END
    $function$
"""
# Two words that differ by one letter, or by the order of two, have one of these in common. Of the
# first six letters alone, so that unfinished words are found too.
NEAR = """
    CREATE FUNCTION search_near(word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $function$
        SELECT array_agg(DISTINCT overlay(left(word, 6) PLACING '' FROM n FOR 1))
            || left(word, 6)
        FROM generate_series(1, least(length(word), 6)) n
    $function$
"""
LABELS = """
    CREATE FUNCTION search_labels(sign text, value text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
        SELECT coalesce(string_agg('''' || sign || w || '''', ' '), '')::tsvector
        FROM unnest(tsvector_to_array(search_words(value))) w
    $function$
"""
# What a trigger owes for a changed row, and the columns of which a change counts. It writes one row
# and reads nothing: the sender of a message waits for it. `messaging.search.index` does the rest.
TRIGGERS = (
    ("message", "messaging_message", "INSERT", "id", ()),
    ("message", "messaging_message", "UPDATE", "id",
     ("body", "deleted_at", "attachment_count", "created_at")),
    ("message", "messaging_message", "DELETE", "id", ()),
    ("note", "messaging_note", "INSERT", "id", ()),
    ("note", "messaging_note", "UPDATE", "id", ("body", "deleted_at", "created_at")),
    ("note", "messaging_note", "DELETE", "id", ()),
    ("file", "messaging_messageattachment", "INSERT", "attachment_id", ()),
    ("file", "messaging_messageattachment", "DELETE", "attachment_id", ()),
    ("file", "attachments_attachment", "UPDATE", "id", ("name",)),
    ("conversation", "messaging_conversation", "INSERT", "id", ()),
    ("thread", "messaging_conversation", "UPDATE", "id",
     ("subject", "client_id", "chantier_id", "created_at")),
    ("conversation", "messaging_conversation", "DELETE", "id", ()),
    ("conversation", "messaging_participant", "INSERT", "conversation_id", ()),
    ("client", "core_client", "UPDATE", "id", ("name",)),
    ("chantier", "core_chantier", "UPDATE", "id", ("name", "reference", "address")),
    ("person", "core_user", "INSERT", "id", ()),
    ("person", "core_user", "UPDATE", "id", ("name", "email", "client_id")),
)  # fmt: skip

FUNCTIONS = (
    (FOLD, "DROP FUNCTION fold_text(text)"),
    (WORDS, "DROP FUNCTION search_words(text)"),
    (STEM, "DROP FUNCTION search_stem(text)"),
    (NEAR, "DROP FUNCTION search_near(text)"),
    (LABELS, "DROP FUNCTION search_labels(text, text)"),
)
# All that was written before is owed, the newest first, after what is written from now on.
FILL = """
    SET LOCAL statement_timeout = 0;
    INSERT INTO messaging_searchowed (kind, row_id, is_again)
    SELECT kind, id, true FROM (
        SELECT 'conversation' AS kind, id, created_at FROM messaging_conversation
        UNION ALL
        SELECT 'message', id, created_at FROM messaging_message WHERE deleted_at IS NULL
        UNION ALL
        SELECT 'note', id, created_at FROM messaging_note WHERE deleted_at IS NULL
    ) written
    ORDER BY created_at;
"""


def triggers() -> Iterator[tuple[str, str]]:
    """Yield each trigger and its function, with what removes them."""
    for kind, table, event, column, columns in TRIGGERS:
        row = "OLD" if event == "DELETE" else "NEW"
        name = f"search_{table}_{event.lower()}"
        add = f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                INSERT INTO messaging_searchowed (kind, row_id, is_again)
                VALUES ('{kind}', {row}.{column}, false);
                RETURN NULL;
            END
            $function$
        """  # noqa: S608  (of our own words)
        yield add, f"DROP FUNCTION {name}()"
        old, new = (", ".join(f"{of}.{each}" for each in columns) for of in ("OLD", "NEW"))
        when = f"WHEN (({old}) IS DISTINCT FROM ({new}))" if columns else ""
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} "
            f"EXECUTE FUNCTION {name}()",
            f"DROP TRIGGER {name} ON {table}",
        )
