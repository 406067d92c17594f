//! What a schema must do, and not only say: tried on the real database, and
//! undone.

use rusqlite::Connection;

use super::revisions::position;
use crate::content::rows;

/// What is tried.
struct Probe {
    /// The revisions at which it holds: from this one, up to that one.
    since: &'static str,
    until: Option<&'static str>,
    /// What is written before.
    write: &'static str,
    expected: Expected,
}

enum Expected {
    /// The write is refused. Before the revision it is accepted.
    Refused,
    /// The query gives one row.
    Row(&'static str, &'static str),
}

use Expected::{Refused, Row};

const fn always(since: &'static str, write: &'static str, expected: Expected) -> Probe {
    Probe { since, until: None, write, expected }
}

const PROBES: &[Probe] = &[
    // Triggers and views.
    Probe {
        since: "c01",
        until: Some("c05"),
        write: r#"UPDATE "Track" SET "UnitPrice" = 1.25 WHERE "TrackId" = 1"#,
        expected: Row(
            r#"SELECT "What" FROM "AuditLog""#,
            r#""For Those About To Rock (We Salute You): 1.25""#,
        ),
    },
    always(
        "c05",
        r#"UPDATE "Track" SET "Price" = 1.25 WHERE "TrackId" = 1"#,
        Row(r#"SELECT "What" FROM "AuditLog""#, r#""For Those About To Rock (We Salute You): 1.25""#),
    ),
    always(
        "c01",
        r#"INSERT INTO "InvoiceLine" VALUES (9999, 1, 1, 0.5, 3)"#,
        Row(r#"SELECT "Total" FROM "Invoice" WHERE "InvoiceId" = 1"#, "3.48r"),
    ),
    always("c01", "", Row(r#"SELECT count(*), count("Media") FROM "AlbumTracks""#, "3503|3503")),
    always("c01", "", Row(r#"SELECT count(*) FROM "InvoicePlaces""#, "412")),
    Probe {
        since: "c01",
        until: Some("c16"),
        write: r#"UPDATE "CustomerNames" SET "LastName" = 'Probe' WHERE "CustomerId" = 7"#,
        expected: Row(r#"SELECT "LastName" FROM "Customer" WHERE "CustomerId" = 7"#, r#""Probe""#),
    },
    always(
        "c16",
        r#"UPDATE "CustomerNames" SET "LastName" = 'Probe' WHERE "CustomerId" = 7"#,
        Row(r#"SELECT "LastName" FROM "Client" WHERE "CustomerId" = 7"#, r#""Probe""#),
    ),
    // Types: text that is not a number stays text in a column of type text.
    Probe {
        since: "c02",
        until: Some("c16"),
        write: r#"UPDATE "Customer" SET "Phone" = 12 WHERE "CustomerId" = 7"#,
        expected: Row(
            r#"SELECT "Phone", (SELECT "type" FROM pragma_table_info('Customer') WHERE "name" = 'Phone') FROM "Customer" WHERE "CustomerId" = 7"#,
            r#""12"|"TEXT""#,
        ),
    },
    always(
        "c02",
        "",
        Row(
            r#"SELECT "type" FROM pragma_table_info('Invoice') WHERE "name" = 'Total'"#,
            r#""NUMERIC(12, 4)""#,
        ),
    ),
    // Nullability.
    always("c03", r#"UPDATE "Track" SET "AlbumId" = NULL WHERE "TrackId" = 1"#, Refused),
    // Foreign keys and their actions.
    always("c04", r#"UPDATE "Album" SET "LabelId" = 77 WHERE "AlbumId" = 1"#, Refused),
    always(
        "c04",
        r#"DELETE FROM "Label" WHERE "LabelId" = 1; UPDATE "Label" SET "LabelId" = 20 WHERE "LabelId" = 2"#,
        Row(r#"SELECT count(*), count("LabelId"), max("LabelId") FROM "Album""#, "347|5|20"),
    ),
    always(
        "c04",
        r#"DELETE FROM "Invoice" WHERE "InvoiceId" = 1"#,
        Row(r#"SELECT count(*) FROM "InvoiceLine""#, "2238"),
    ),
    Probe {
        since: "c00",
        until: Some("c04"),
        write: r#"DELETE FROM "Invoice" WHERE "InvoiceId" = 1"#,
        expected: Refused,
    },
    always("c00", r#"DELETE FROM "Artist" WHERE "ArtistId" = 1"#, Refused),
    always("c06", r#"DELETE FROM "Medium""#, Refused),
    // Enums.
    Probe {
        since: "c08",
        until: Some("c16"),
        write: r#"UPDATE "Customer" SET "Tier" = 'silver' WHERE "CustomerId" = 1"#,
        expected: Refused,
    },
    always("c08", r#"UPDATE "Invoice" SET "Channel" = 'fax' WHERE "InvoiceId" = 1"#, Refused),
    always(
        "c08",
        r#"UPDATE "Invoice" SET "Channel" = 'shop' WHERE "InvoiceId" <= 12"#,
        Row(r#"SELECT sum("Channel" = 'shop'), sum("Channel" = 'web') FROM "Invoice""#, "12|400"),
    ),
    // Checks.
    always("c09", r#"UPDATE "InvoiceLine" SET "Quantity" = 0 WHERE "InvoiceLineId" = 1"#, Refused),
    always("c09", r#"UPDATE "Track" SET "Milliseconds" = 0 WHERE "TrackId" = 1"#, Refused),
    // Unique.
    always("c10", r#"UPDATE "Genre" SET "Name" = 'Rock' WHERE "GenreId" = 2"#, Refused),
    always("c10", r#"INSERT INTO "Artist" VALUES (9999, 'AC/DC')"#, Refused),
    // Drops.
    always(
        "c11",
        r#"DELETE FROM "Playlist" WHERE "PlaylistId" = 1"#,
        Row(r#"SELECT count(*) FROM "PlaylistEntry""#, "5425"),
    ),
    always("c11", "", Row("SELECT count(*) FROM sqlite_schema WHERE name = 'IFK_TrackGenreId'", "0")),
    // Defaults.
    always(
        "c13",
        r#"INSERT INTO "Track" ("TrackId", "Name", "AlbumId", "MediaTypeId", "Milliseconds") VALUES (9999, 'x', 1, 1, 1)"#,
        Row(r#"SELECT "Price" FROM "Track" WHERE "TrackId" = 9999"#, "0.99r"),
    ),
    // Generated columns.
    Probe {
        since: "c14",
        until: Some("c16"),
        write: r#"UPDATE "Customer" SET "LastName" = 'Probe' WHERE "CustomerId" = 1"#,
        expected: Row(
            r#"SELECT "FullName" FROM "Customer" INDEXED BY "ix_full_name" WHERE "FullName" = 'Luís Probe'"#,
            r#""Luís Probe""#,
        ),
    },
    // Identity: an id is not used again.
    always(
        "c15",
        r#"INSERT INTO "Artist" ("ArtistId", "Name") VALUES (500, 'x'); DELETE FROM "Artist" WHERE "ArtistId" = 500;
           INSERT INTO "Artist" ("Name") VALUES ('y')"#,
        Row(r#"SELECT max("ArtistId") FROM "Artist""#, "501"),
    ),
    always(
        "c16",
        "",
        Row(
            r#"SELECT count(*) FROM "Track" INDEXED BY "ix_long_tracks" WHERE "Milliseconds" > 600000"#,
            "260",
        ),
    ),
];

/// Tries everything that holds at a revision, and what does not hold yet.
#[track_caller]
pub(super) fn probe(db: &Connection, step: usize) {
    for Probe { since, until, write, expected } in PROBES {
        if until.is_some_and(|until| step >= position(until)) {
            continue;
        }
        let is_in_force = step >= position(since);
        db.execute_batch("BEGIN").unwrap();
        let written = db.execute_batch(write);
        match expected {
            Refused => assert!(written.is_err() || !is_in_force, "at step {step} accepted: {write}"),
            Row(query, row) if is_in_force => {
                written.unwrap_or_else(|error| panic!("at step {step}: {error}: {write}"));
                assert_eq!(rows(db, query), [*row], "at step {step}: {write}; {query}");
            }
            Row(..) => {}
        }
        db.execute_batch("ROLLBACK").unwrap();
    }
}
