//! A real database, Chinook, moved along a series of revisions and back. After
//! every step its rows are all there, and its constraints, triggers and views
//! are at work.

mod original;
mod probes;
mod revisions;

use std::fs;

use expect_test::expect;
use rusqlite::Connection;

use self::{original::Original, probes::probe, revisions::REVISIONS};
use crate::{
    content::{assert_same, assert_sound, dump, rows},
    project::Project,
    required,
};

/// A project with the revisions, and the database as Chinook's own script
/// makes it, stamped with the baseline. None where Chinook is missing.
///
/// The baseline has the part of the script that makes the schema: it never
/// runs here, but tells what the later revisions start from.
fn project() -> Option<(Project, Original)> {
    let script = fs::read_to_string(required::shared("data/chinook/sqlite.sql")?).unwrap();
    let mut project = Project::new();
    let schema = &script[script.find("CREATE TABLE").unwrap()..script.find("INSERT INTO").unwrap()];
    let db = project.open("dev.db");
    db.execute_batch(&format!("BEGIN; {}; COMMIT", script.trim_start_matches('\u{feff}'))).unwrap();
    let mut parent = "";
    for revision in REVISIONS {
        let downgrade = revision.downgrade.map(|sql| format!("-- @downgrade\n{sql}")).unwrap_or_default();
        let upgrade = revision.upgrade.replace("{schema}", schema);
        project.revision(revision.id, parent, &format!("-- @upgrade\n{upgrade}{downgrade}"));
        parent = revision.id;
    }
    project.ok("retort stamp c00");
    Some((project, Original::read(&db)))
}

/// The schema as stored, but for quotes and spaces: a table that was rebuilt is
/// renamed by SQLite, which then writes its name in quotes of its own.
fn schema(db: &Connection) -> Vec<String> {
    let sql = "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL
               AND name NOT IN ('alembic_version', 'retort_journal') ORDER BY tbl_name, type DESC, name";
    let mut statement = db.prepare(sql).unwrap();
    let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let normalized = texts.map(|text| {
        let text = text.unwrap().replace(['[', ']'], "\"");
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").replace("( ", "(").replace(" (", "(").replace(" )", ")")
    });
    normalized.collect()
}

/// Asserts everything that must hold at a revision.
#[track_caller]
fn check(project: &Project, original: &Original, step: usize, lost: bool) {
    let when = format!("at {}", REVISIONS[step].id);
    let db = project.open("dev.db");
    db.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    assert_eq!(rows(&db, "SELECT * FROM alembic_version"), [format!("{:?}", REVISIONS[step].id)]);
    assert_sound(&db, &when);
    original.assert_kept(&db, step, lost);
    probe(&db, step);
}

#[test]
fn every_row_and_object_survives_every_revision_up_and_down() {
    let Some((mut project, original)) = project() else { return };
    check(&project, &original, 0, false);
    for step in 1..REVISIONS.len() {
        project.ok("retort upgrade +1");
        check(&project, &original, step, false);
    }
    let dropped = revisions::position(revisions::DROPS);
    for step in (0..REVISIONS.len() - 1).rev() {
        project.ok("retort downgrade -1");
        check(&project, &original, step, step < dropped);
    }
}

#[test]
fn the_schema_at_the_last_revision_is_what_the_revisions_say() {
    let Some((mut project, _)) = project() else { return };
    project.ok("retort upgrade head");
    let db = project.open("dev.db");
    let text: String = schema(&db)
        .into_iter()
        .filter(|line| !line.starts_with("\"retort_journal") && !line.starts_with("\"alembic_version"))
        .map(|line| {
            line.trim_matches('"').replace("\\n", "\n").replace("\\\"", "\"").replace("\\t", "\t") + "\n"
        })
        .collect();
    expect![[r#"
        Album: CREATE TABLE "Album"("AlbumId" INTEGER NOT NULL, "Title" NVARCHAR(160) NOT NULL, "ArtistId" INTEGER NOT NULL, "LabelId" INTEGER CONSTRAINT "fk_album_label" REFERENCES "Label"("LabelId") ON DELETE SET NULL ON UPDATE CASCADE, CONSTRAINT "PK_Album" PRIMARY KEY("AlbumId"), FOREIGN KEY("ArtistId") REFERENCES "Artist"("ArtistId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        IFK_AlbumArtistId: CREATE INDEX "IFK_AlbumArtistId" ON "Album"("ArtistId")
        AlbumTracks: CREATE VIEW "AlbumTracks" AS SELECT a."Title", t."Name", m."Name" AS "Media" FROM "Album" a JOIN "Track" t ON t."AlbumId" = a."AlbumId" JOIN "Medium" m ON m."MediumId" = t."MediaTypeId
        Artist: CREATE TABLE "Artist"("ArtistId" INTEGER NOT NULL, "Name" NVARCHAR(120), CONSTRAINT "PK_Artist" PRIMARY KEY("ArtistId" AUTOINCREMENT), CONSTRAINT "uq_Artist_Name" UNIQUE("Name"))
        AuditLog: CREATE TABLE "AuditLog"("What" TEXT NOT NULL)
        Client: CREATE TABLE "Client"("CustomerId" INTEGER NOT NULL, "FirstName" NVARCHAR(40) NOT NULL, "LastName" NVARCHAR(20), "Company" TEXT, "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40) NOT NULL DEFAULT 'USA', "PostalCode" NVARCHAR(10), "Phone" TEXT, "Telefax" NVARCHAR(24), "SupportRepId" INTEGER, "MailUser" VARCHAR(60) NOT NULL, "MailHost" VARCHAR(60) NOT NULL, "Tier" TEXT /*@enum tier*/ NOT NULL CONSTRAINT "ck_Customer_Tier_enum" CHECK("Tier" IN('standard', 'gold', 'it''s complicated')) DEFAULT 'gold', "FullName" TEXT GENERATED ALWAYS AS("FirstName" || ' ' || "LastName") STORED, CONSTRAINT "PK_Customer" PRIMARY KEY("CustomerId"), CONSTRAINT "fk_Customer_SupportRepId_Employee" FOREIGN KEY("SupportRepId") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        IFK_CustomerSupportRepId: CREATE INDEX "IFK_CustomerSupportRepId" ON "Client"("SupportRepId")
        ix_full_name: CREATE INDEX "ix_full_name" ON "Client"("FullName")
        CustomerNames: CREATE VIEW "CustomerNames" AS SELECT "CustomerId", "FirstName", "LastName" FROM "Client
        CustomerRenamed: CREATE TRIGGER "CustomerRenamed" INSTEAD OF UPDATE ON "CustomerNames" BEGIN UPDATE "Client" SET "LastName" = new."LastName" WHERE "CustomerId" = new."CustomerId"; END
        Employee: CREATE TABLE "Employee"("EmployeeId" INTEGER NOT NULL, "LastName" NVARCHAR(20) NOT NULL, "FirstName" NVARCHAR(20) NOT NULL, "Title" NVARCHAR(30), "ReportsTo" INTEGER, "BirthDate" DATETIME, "HireDate" DATETIME, "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10), "Phone" NVARCHAR(24), "Email" NVARCHAR(60), CONSTRAINT "PK_Employee" PRIMARY KEY("EmployeeId"), FOREIGN KEY("ReportsTo") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        IFK_EmployeeReportsTo: CREATE INDEX "IFK_EmployeeReportsTo" ON "Employee"("ReportsTo")
        Genre: CREATE TABLE "Genre"("GenreId" INTEGER NOT NULL, "Name" NVARCHAR(120), CONSTRAINT "PK_Genre" PRIMARY KEY("GenreId"), CONSTRAINT "uq_genre_name" UNIQUE("Name"))
        Invoice: CREATE TABLE "Invoice"("InvoiceId" INTEGER NOT NULL, "CustomerId" INTEGER NOT NULL, "InvoiceDate" DATETIME NOT NULL, "BillingAddress" NVARCHAR(70), "BillingCity" NVARCHAR(40), "BillingState" NVARCHAR(40), "BillingCountry" NVARCHAR(40), "BillingPostcode" NVARCHAR(10) /*@comment as the customer typed it*/, "Total" NUMERIC(12, 4) NOT NULL DEFAULT 0, "Channel" TEXT /*@enum channel*/ CONSTRAINT "ck_Invoice_Channel_enum" CHECK("Channel" IN('web', 'shop')), CONSTRAINT "PK_Invoice" PRIMARY KEY("InvoiceId"), CONSTRAINT "fk_Invoice_CustomerId_Customer" FOREIGN KEY("CustomerId") REFERENCES "Client"("CustomerId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        IFK_InvoiceCustomerId: CREATE INDEX "IFK_InvoiceCustomerId" ON "Invoice"("CustomerId")
        LineAdded: CREATE TRIGGER "LineAdded" AFTER INSERT ON "InvoiceLine" BEGIN UPDATE "Invoice" SET "Total" = "Total" + new."UnitPrice" * new."Quantity" WHERE "InvoiceId" = new."InvoiceId"; END
        InvoiceLine: CREATE TABLE "InvoiceLine"("InvoiceLineId" INTEGER NOT NULL, "InvoiceId" INTEGER NOT NULL, "TrackId" INTEGER NOT NULL, "UnitPrice" NUMERIC(10,2) NOT NULL, "Quantity" INTEGER NOT NULL, CONSTRAINT "PK_InvoiceLine" PRIMARY KEY("InvoiceLineId"), FOREIGN KEY("TrackId") REFERENCES "Track"("TrackId") ON DELETE NO ACTION ON UPDATE NO ACTION, CONSTRAINT "fk_line_invoice" FOREIGN KEY("InvoiceId") REFERENCES "Invoice"("InvoiceId") ON DELETE CASCADE, CONSTRAINT "ck_line_quantity" CHECK("Quantity" > 0))
        IFK_InvoiceLineInvoiceId: CREATE INDEX "IFK_InvoiceLineInvoiceId" ON "InvoiceLine"("InvoiceId")
        IFK_InvoiceLineTrackId: CREATE INDEX "IFK_InvoiceLineTrackId" ON "InvoiceLine"("TrackId")
        InvoicePlaces: CREATE VIEW "InvoicePlaces" AS SELECT "InvoiceId", "BillingCity", "BillingPostcode" FROM "Invoice
        Label: CREATE TABLE "Label"("LabelId" INTEGER NOT NULL CONSTRAINT "pk_Label" PRIMARY KEY, "Name" VARCHAR(100) NOT NULL)
        Medium: CREATE TABLE "Medium"("MediumId" INTEGER NOT NULL, "Name" NVARCHAR(120), CONSTRAINT "PK_MediaType" PRIMARY KEY("MediumId"))
        Playlist: CREATE TABLE "Playlist"("PlaylistId" INTEGER NOT NULL, "Name" NVARCHAR(120), CONSTRAINT "PK_Playlist" PRIMARY KEY("PlaylistId"))
        PlaylistEntry: CREATE TABLE "PlaylistEntry"("EntryId" INTEGER NOT NULL CONSTRAINT "pk_PlaylistEntry" PRIMARY KEY AUTOINCREMENT, "PlaylistId" INTEGER NOT NULL, "TrackId" INTEGER NOT NULL, CONSTRAINT "fk_PlaylistEntry_PlaylistId_Playlist" FOREIGN KEY("PlaylistId") REFERENCES "Playlist"("PlaylistId") ON DELETE CASCADE, CONSTRAINT "fk_PlaylistEntry_TrackId_Track" FOREIGN KEY("TrackId") REFERENCES "Track"("TrackId"))
        TrackPriced: CREATE TRIGGER "TrackPriced" AFTER UPDATE OF "Price" ON "Track" BEGIN INSERT INTO "AuditLog" VALUES(old."Name" || ': ' || new."Price"); -- the new price END
        Track: CREATE TABLE "Track"(/*@comment one recording; it's sold *\/ by itself*/ "TrackId" INTEGER NOT NULL, "Name" NVARCHAR(200) NOT NULL, "AlbumId" INTEGER NOT NULL, "MediaTypeId" INTEGER NOT NULL, "GenreId" INTEGER, "Composer" TEXT, "Milliseconds" BIGINT NOT NULL, "Bytes" BIGINT, "Price" NUMERIC(10,2) /*@comment in dollars*/ NOT NULL DEFAULT 0.99, CONSTRAINT "PK_Track" PRIMARY KEY("TrackId"), FOREIGN KEY("AlbumId") REFERENCES "Album"("AlbumId") ON DELETE NO ACTION ON UPDATE NO ACTION, FOREIGN KEY("GenreId") REFERENCES "Genre"("GenreId") ON DELETE NO ACTION ON UPDATE NO ACTION, CONSTRAINT "fk_Track_MediaTypeId_MediaType" FOREIGN KEY("MediaTypeId") REFERENCES "Medium"("MediumId") ON DELETE NO ACTION ON UPDATE NO ACTION, CONSTRAINT "ck_Track_Milliseconds_Price" CHECK("Milliseconds" > 0 AND "Price" >= 0))
        IFK_TrackAlbumId: CREATE INDEX "IFK_TrackAlbumId" ON "Track"("AlbumId")
        IFK_TrackMediaTypeId: CREATE INDEX "IFK_TrackMediaTypeId" ON "Track"("MediaTypeId")
        ix_long_tracks: CREATE INDEX "ix_long_tracks" ON "Track"("AlbumId",(lower("Name")) DESC) WHERE "Milliseconds" > 600000
        sqlite_sequence: CREATE TABLE sqlite_sequence(name,seq)
    "#]].assert_eq(&text);
}

/// Where the schema after all the way up and down is not what it was, the
/// revisions say so: columns that were dropped and added again are the last,
/// types that were changed are spelled as in portable SQL, and foreign keys that
/// were dropped, or whose table had another name for a while, have a name.
#[test]
fn the_schema_at_base_is_the_one_before() {
    let Some((mut project, original)) = project() else { return };
    let before = schema(&project.open("dev.db"));
    project.ok("retort upgrade head");
    project.ok("retort downgrade c00");
    let db = project.open("dev.db");
    let after = schema(&db);
    let only = |these: &[String], those: &[String], sign: &str| -> String {
        let only = these.iter().filter(|line| !those.contains(line));
        only.map(|line| format!("{sign} {line}\n")).collect()
    };
    let difference = only(&before, &after, "-") + &only(&after, &before, "+");
    expect![[r#"
        - Customer: CREATE TABLE "Customer"("CustomerId" INTEGER NOT NULL, "FirstName" NVARCHAR(40) NOT NULL, "LastName" NVARCHAR(20) NOT NULL, "Company" NVARCHAR(80), "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10), "Phone" NVARCHAR(24), "Fax" NVARCHAR(24), "Email" NVARCHAR(60) NOT NULL, "SupportRepId" INTEGER, CONSTRAINT "PK_Customer" PRIMARY KEY("CustomerId"), FOREIGN KEY("SupportRepId") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        - Employee: CREATE TABLE "Employee"("EmployeeId" INTEGER NOT NULL, "LastName" NVARCHAR(20) NOT NULL, "FirstName" NVARCHAR(20) NOT NULL, "Title" NVARCHAR(30), "ReportsTo" INTEGER, "BirthDate" DATETIME, "HireDate" DATETIME, "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10), "Phone" NVARCHAR(24), "Fax" NVARCHAR(24), "Email" NVARCHAR(60), CONSTRAINT "PK_Employee" PRIMARY KEY("EmployeeId"), FOREIGN KEY("ReportsTo") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        - Invoice: CREATE TABLE "Invoice"("InvoiceId" INTEGER NOT NULL, "CustomerId" INTEGER NOT NULL, "InvoiceDate" DATETIME NOT NULL, "BillingAddress" NVARCHAR(70), "BillingCity" NVARCHAR(40), "BillingState" NVARCHAR(40), "BillingCountry" NVARCHAR(40), "BillingPostalCode" NVARCHAR(10), "Total" NUMERIC(10,2) NOT NULL, CONSTRAINT "PK_Invoice" PRIMARY KEY("InvoiceId"), FOREIGN KEY("CustomerId") REFERENCES "Customer"("CustomerId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        - InvoiceLine: CREATE TABLE "InvoiceLine"("InvoiceLineId" INTEGER NOT NULL, "InvoiceId" INTEGER NOT NULL, "TrackId" INTEGER NOT NULL, "UnitPrice" NUMERIC(10,2) NOT NULL, "Quantity" INTEGER NOT NULL, CONSTRAINT "PK_InvoiceLine" PRIMARY KEY("InvoiceLineId"), FOREIGN KEY("InvoiceId") REFERENCES "Invoice"("InvoiceId") ON DELETE NO ACTION ON UPDATE NO ACTION, FOREIGN KEY("TrackId") REFERENCES "Track"("TrackId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        - Track: CREATE TABLE "Track"("TrackId" INTEGER NOT NULL, "Name" NVARCHAR(200) NOT NULL, "AlbumId" INTEGER, "MediaTypeId" INTEGER NOT NULL, "GenreId" INTEGER, "Composer" NVARCHAR(220), "Milliseconds" INTEGER NOT NULL, "Bytes" INTEGER, "UnitPrice" NUMERIC(10,2) NOT NULL, CONSTRAINT "PK_Track" PRIMARY KEY("TrackId"), FOREIGN KEY("AlbumId") REFERENCES "Album"("AlbumId") ON DELETE NO ACTION ON UPDATE NO ACTION, FOREIGN KEY("GenreId") REFERENCES "Genre"("GenreId") ON DELETE NO ACTION ON UPDATE NO ACTION, FOREIGN KEY("MediaTypeId") REFERENCES "MediaType"("MediaTypeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        + Customer: CREATE TABLE "Customer"("CustomerId" INTEGER NOT NULL, "FirstName" NVARCHAR(40) NOT NULL, "LastName" NVARCHAR(20) NOT NULL, "Company" VARCHAR(80), "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10), "Phone" VARCHAR(24), "Fax" NVARCHAR(24), "SupportRepId" INTEGER, "Email" NVARCHAR(60) NOT NULL, CONSTRAINT "PK_Customer" PRIMARY KEY("CustomerId"), CONSTRAINT "fk_Customer_SupportRepId_Employee" FOREIGN KEY("SupportRepId") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        + Employee: CREATE TABLE "Employee"("EmployeeId" INTEGER NOT NULL, "LastName" NVARCHAR(20) NOT NULL, "FirstName" NVARCHAR(20) NOT NULL, "Title" NVARCHAR(30), "ReportsTo" INTEGER, "BirthDate" DATETIME, "HireDate" DATETIME, "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10), "Phone" NVARCHAR(24), "Email" NVARCHAR(60), "Fax" VARCHAR(24), CONSTRAINT "PK_Employee" PRIMARY KEY("EmployeeId"), FOREIGN KEY("ReportsTo") REFERENCES "Employee"("EmployeeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        + Invoice: CREATE TABLE "Invoice"("InvoiceId" INTEGER NOT NULL, "CustomerId" INTEGER NOT NULL, "InvoiceDate" DATETIME NOT NULL, "BillingAddress" NVARCHAR(70), "BillingCity" NVARCHAR(40), "BillingState" NVARCHAR(40), "BillingCountry" NVARCHAR(40), "BillingPostalCode" NVARCHAR(10), "Total" NUMERIC(10, 2) NOT NULL, CONSTRAINT "PK_Invoice" PRIMARY KEY("InvoiceId"), CONSTRAINT "fk_Invoice_CustomerId_Customer" FOREIGN KEY("CustomerId") REFERENCES "Customer"("CustomerId") ON DELETE NO ACTION ON UPDATE NO ACTION)
        + InvoiceLine: CREATE TABLE "InvoiceLine"("InvoiceLineId" INTEGER NOT NULL, "InvoiceId" INTEGER NOT NULL, "TrackId" INTEGER NOT NULL, "UnitPrice" NUMERIC(10,2) NOT NULL, "Quantity" INTEGER NOT NULL, CONSTRAINT "PK_InvoiceLine" PRIMARY KEY("InvoiceLineId"), FOREIGN KEY("TrackId") REFERENCES "Track"("TrackId") ON DELETE NO ACTION ON UPDATE NO ACTION, CONSTRAINT "fk_InvoiceLine_InvoiceId_Invoice" FOREIGN KEY("InvoiceId") REFERENCES "Invoice"("InvoiceId"))
        + Track: CREATE TABLE "Track"("TrackId" INTEGER NOT NULL, "Name" NVARCHAR(200) NOT NULL, "AlbumId" INTEGER, "MediaTypeId" INTEGER NOT NULL, "GenreId" INTEGER, "Composer" VARCHAR(220), "Milliseconds" INTEGER NOT NULL, "Bytes" INTEGER, "UnitPrice" NUMERIC(10,2) NOT NULL, CONSTRAINT "PK_Track" PRIMARY KEY("TrackId"), FOREIGN KEY("AlbumId") REFERENCES "Album"("AlbumId") ON DELETE NO ACTION ON UPDATE NO ACTION, FOREIGN KEY("GenreId") REFERENCES "Genre"("GenreId") ON DELETE NO ACTION ON UPDATE NO ACTION, CONSTRAINT "fk_Track_MediaTypeId_MediaType" FOREIGN KEY("MediaTypeId") REFERENCES "MediaType"("MediaTypeId") ON DELETE NO ACTION ON UPDATE NO ACTION)
    "#]].assert_eq(&difference);
    original.assert_kept(&db, 0, true);
    original.assert_same_columns(&db);
    // The baseline has nothing to undo: one step more is the base.
    project.ok("retort downgrade base");
    assert_eq!(schema(&project.open("dev.db")), after);
}

#[test]
fn one_run_does_what_single_steps_do() {
    let (Some((mut at_once, _)), Some((mut step_by_step, _))) = (project(), project()) else { return };
    at_once.ok("retort upgrade head");
    for _ in 1..REVISIONS.len() {
        step_by_step.ok("retort upgrade +1");
    }
    assert_same(&dump(&at_once.open("dev.db")), &dump(&step_by_step.open("dev.db")), "upgraded");
    at_once.ok("retort downgrade base");
    for _ in 0..REVISIONS.len() {
        step_by_step.ok("retort downgrade -1");
    }
    assert_same(&dump(&at_once.open("dev.db")), &dump(&step_by_step.open("dev.db")), "downgraded");
}

/// Going down and up again ends where the first way up did.
#[test]
fn a_second_upgrade_ends_where_the_first_did() {
    let Some((mut project, _)) = project() else { return };
    project.ok("retort upgrade head");
    let first = schema(&project.open("dev.db"));
    project.ok("retort downgrade c00");
    project.ok("retort upgrade head");
    let second = schema(&project.open("dev.db"));
    let changed: Vec<&String> = second.iter().filter(|line| !first.contains(line)).collect();
    assert_eq!(changed.len(), 0, "{changed:#?}");
    assert_sound(&project.open("dev.db"), "after the second upgrade");
}
