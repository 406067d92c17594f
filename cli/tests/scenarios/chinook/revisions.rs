//! The revisions over Chinook. Those without a downgrade leave it to be
//! computed.

/// One revision over Chinook.
pub(super) struct Revision {
    pub(super) id: &'static str,
    pub(super) upgrade: &'static str,
    pub(super) downgrade: Option<&'static str>,
}

/// The revision that drops what no downgrade can bring back.
pub(super) const DROPS: &str = "c11";

/// The place of a revision in [`REVISIONS`].
pub(super) fn position(id: &str) -> usize {
    REVISIONS.iter().position(|revision| revision.id == id).unwrap()
}

/// All revisions, in order; the first is the baseline.
pub(super) const REVISIONS: &[Revision] = &[
    Revision { id: "c00", upgrade: "-- @only sqlite\n{schema}\n", downgrade: Some("") },
    // Own triggers and views, which everything after must keep.
    Revision {
        id: "c01",
        upgrade: r#"CREATE TABLE "AuditLog" ("What" TEXT NOT NULL);
-- @only sqlite
CREATE TRIGGER "TrackPriced" AFTER UPDATE OF "UnitPrice" ON "Track" BEGIN
    INSERT INTO "AuditLog" VALUES (old."Name" || ': ' || new."UnitPrice"); -- the new price
END;
CREATE TRIGGER "LineAdded" AFTER INSERT ON "InvoiceLine" BEGIN
    UPDATE "Invoice" SET "Total" = "Total" + new."UnitPrice" * new."Quantity" WHERE "InvoiceId" = new."InvoiceId";
END;
CREATE VIEW "AlbumTracks" AS
    SELECT a."Title", t."Name", m."Name" AS "Media" FROM "Album" a
    JOIN "Track" t ON t."AlbumId" = a."AlbumId" JOIN "MediaType" m ON m."MediaTypeId" = t."MediaTypeId";
CREATE VIEW "InvoicePlaces" AS SELECT "InvoiceId", "BillingCity", "BillingPostalCode" FROM "Invoice";
CREATE VIEW "CustomerNames" AS SELECT "CustomerId", "FirstName", "LastName" FROM "Customer";
CREATE TRIGGER "CustomerRenamed" INSTEAD OF UPDATE ON "CustomerNames" BEGIN
    UPDATE "Customer" SET "LastName" = new."LastName" WHERE "CustomerId" = new."CustomerId";
END;
"#,
        downgrade: Some(
            r#"-- @only sqlite
DROP TRIGGER "CustomerRenamed";
DROP VIEW "CustomerNames";
DROP VIEW "InvoicePlaces";
DROP VIEW "AlbumTracks";
DROP TRIGGER "LineAdded";
DROP TRIGGER "TrackPriced";
-- @all
DROP TABLE "AuditLog";
"#,
        ),
    },
    Revision {
        id: "c02",
        upgrade: r#"ALTER TABLE "Track" ALTER COLUMN "Milliseconds" TYPE BIGINT, ALTER COLUMN "Bytes" TYPE BIGINT;
ALTER TABLE "Invoice" ALTER COLUMN "Total" TYPE NUMERIC(12, 4);
ALTER TABLE "Customer" ALTER COLUMN "Phone" TYPE TEXT;
"#,
        downgrade: None,
    },
    Revision {
        id: "c03",
        upgrade: r#"ALTER TABLE "Track" ALTER COLUMN "AlbumId" SET NOT NULL;
ALTER TABLE "Customer" ALTER COLUMN "Country" SET NOT NULL;
ALTER TABLE "Customer" ALTER COLUMN "LastName" DROP NOT NULL;
"#,
        downgrade: None,
    },
    // New foreign keys with actions, and an action for one that had none.
    Revision {
        id: "c04",
        upgrade: r#"CREATE TABLE "Label" ("LabelId" INTEGER PRIMARY KEY, "Name" VARCHAR(100) NOT NULL);
INSERT INTO "Label" VALUES (1, 'Sub Pop'), (2, 'Motown');
ALTER TABLE "Album" ADD COLUMN "LabelId" INTEGER;
ALTER TABLE "Album" ADD CONSTRAINT "fk_album_label"
    FOREIGN KEY ("LabelId") REFERENCES "Label" ("LabelId") ON DELETE SET NULL ON UPDATE CASCADE;
UPDATE "Album" SET "LabelId" = 1 + "AlbumId" % 2 WHERE "AlbumId" <= 10;
ALTER TABLE "InvoiceLine" DROP CONSTRAINT "fk_InvoiceLine_InvoiceId_Invoice";
ALTER TABLE "InvoiceLine" ADD CONSTRAINT "fk_line_invoice"
    FOREIGN KEY ("InvoiceId") REFERENCES "Invoice" ("InvoiceId") ON DELETE CASCADE;
"#,
        downgrade: None,
    },
    Revision {
        id: "c05",
        upgrade: r#"ALTER TABLE "Invoice" RENAME COLUMN "BillingPostalCode" TO "BillingPostcode";
ALTER TABLE "Track" RENAME COLUMN "UnitPrice" TO "Price";
"#,
        downgrade: None,
    },
    Revision {
        id: "c06",
        upgrade: r#"ALTER TABLE "MediaType" RENAME TO "Medium";
ALTER TABLE "Medium" RENAME COLUMN "MediaTypeId" TO "MediumId";
"#,
        downgrade: None,
    },
    // One column becomes two.
    Revision {
        id: "c07",
        upgrade: r#"ALTER TABLE "Customer" ADD COLUMN "MailUser" VARCHAR(60);
ALTER TABLE "Customer" ADD COLUMN "MailHost" VARCHAR(60);
UPDATE "Customer" SET
    "MailUser" = substr("Email", 1, instr("Email", '@') - 1),
    "MailHost" = substr("Email", instr("Email", '@') + 1);
ALTER TABLE "Customer" ALTER COLUMN "MailUser" SET NOT NULL, ALTER COLUMN "MailHost" SET NOT NULL;
ALTER TABLE "Customer" DROP COLUMN "Email";
"#,
        downgrade: Some(
            r#"-- @only sqlite
ALTER TABLE "Customer" ADD COLUMN "Email" NVARCHAR(60);
-- @all
UPDATE "Customer" SET "Email" = "MailUser" || '@' || "MailHost";
ALTER TABLE "Customer" ALTER COLUMN "Email" SET NOT NULL;
ALTER TABLE "Customer" DROP COLUMN "MailUser", DROP COLUMN "MailHost";
"#,
        ),
    },
    Revision {
        id: "c08",
        upgrade: r#"CREATE TYPE tier AS ENUM ('standard', 'gold', 'it''s complicated');
CREATE TYPE channel AS ENUM ('web', 'shop');
ALTER TABLE "Customer" ADD COLUMN "Tier" tier NOT NULL DEFAULT 'standard';
UPDATE "Customer" SET "Tier" = 'gold' WHERE "Country" = 'Brazil';
ALTER TABLE "Invoice" ADD COLUMN "Channel" VARCHAR(10);
UPDATE "Invoice" SET "Channel" = 'WEB';
ALTER TABLE "Invoice" ALTER COLUMN "Channel" TYPE channel USING lower("Channel")::channel;
"#,
        downgrade: Some(
            r#"ALTER TABLE "Invoice" DROP COLUMN "Channel";
ALTER TABLE "Customer" DROP COLUMN "Tier";
DROP TYPE channel;
DROP TYPE tier;
"#,
        ),
    },
    Revision {
        id: "c09",
        upgrade: r#"ALTER TABLE "InvoiceLine" ADD CONSTRAINT "ck_line_quantity" CHECK ("Quantity" > 0);
ALTER TABLE "Track" ADD CHECK ("Milliseconds" > 0 AND "Price" >= 0);
"#,
        downgrade: None,
    },
    Revision {
        id: "c10",
        upgrade: r#"ALTER TABLE "Genre" ADD CONSTRAINT "uq_genre_name" UNIQUE ("Name");
ALTER TABLE "Artist" ADD UNIQUE ("Name");
"#,
        downgrade: None,
    },
    // A table moves into another one; a column and an index go for good.
    Revision {
        id: "c11",
        upgrade: r#"CREATE TABLE "PlaylistEntry" (
    "EntryId" BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    "PlaylistId" INTEGER NOT NULL REFERENCES "Playlist" ("PlaylistId") ON DELETE CASCADE,
    "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId")
);
INSERT INTO "PlaylistEntry" ("PlaylistId", "TrackId")
    SELECT "PlaylistId", "TrackId" FROM "PlaylistTrack" ORDER BY "PlaylistId", "TrackId";
DROP TABLE "PlaylistTrack";
ALTER TABLE "Employee" DROP COLUMN "Fax";
DROP INDEX "IFK_TrackGenreId";
"#,
        downgrade: Some(
            r#"CREATE INDEX "IFK_TrackGenreId" ON "Track" ("GenreId");
ALTER TABLE "Employee" ADD COLUMN "Fax" VARCHAR(24);
-- @only sqlite
CREATE TABLE [PlaylistTrack]
(
    [PlaylistId] INTEGER  NOT NULL,
    [TrackId] INTEGER  NOT NULL,
    CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY  ([PlaylistId], [TrackId]),
    FOREIGN KEY ([PlaylistId]) REFERENCES [Playlist] ([PlaylistId]) 
		ON DELETE NO ACTION ON UPDATE NO ACTION,
    FOREIGN KEY ([TrackId]) REFERENCES [Track] ([TrackId]) 
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE INDEX [IFK_PlaylistTrackPlaylistId] ON [PlaylistTrack] ([PlaylistId]);
CREATE INDEX [IFK_PlaylistTrackTrackId] ON [PlaylistTrack] ([TrackId]);
-- @all
INSERT INTO "PlaylistTrack" SELECT "PlaylistId", "TrackId" FROM "PlaylistEntry";
DROP TABLE "PlaylistEntry";
"#,
        ),
    },
    Revision {
        id: "c12",
        upgrade: r#"COMMENT ON TABLE "Track" IS 'one recording; it''s sold */ by itself';
COMMENT ON COLUMN "Track"."Price" IS 'in dollars';
COMMENT ON COLUMN "Invoice"."BillingPostcode" IS 'as the customer typed it';
"#,
        downgrade: None,
    },
    Revision {
        id: "c13",
        upgrade: r#"ALTER TABLE "Track" ALTER COLUMN "Price" SET DEFAULT 0.99;
ALTER TABLE "Invoice" ALTER COLUMN "Total" SET DEFAULT 0;
ALTER TABLE "Customer" ALTER COLUMN "Country" SET DEFAULT 'USA', ALTER COLUMN "Tier" SET DEFAULT 'gold';
"#,
        downgrade: None,
    },
    Revision {
        id: "c14",
        upgrade: r#"ALTER TABLE "Customer" ADD COLUMN "FullName" TEXT GENERATED ALWAYS AS ("FirstName" || ' ' || "LastName") STORED;
CREATE INDEX "ix_full_name" ON "Customer" ("FullName");
"#,
        downgrade: None,
    },
    Revision {
        id: "c15",
        upgrade: r#"ALTER TABLE "Artist" ALTER COLUMN "ArtistId" ADD GENERATED BY DEFAULT AS IDENTITY;
"#,
        downgrade: None,
    },
    // What later rebuilds must keep as well.
    Revision {
        id: "c16",
        upgrade: r#"CREATE INDEX "ix_long_tracks" ON "Track" ("AlbumId", lower("Name") DESC) WHERE "Milliseconds" > 600000;
ALTER TABLE "Customer" RENAME TO "Client";
ALTER TABLE "Client" RENAME COLUMN "Fax" TO "Telefax";
ALTER TABLE "Track" ALTER COLUMN "Composer" TYPE TEXT;
ALTER TABLE "Client" ALTER COLUMN "Company" TYPE TEXT;
"#,
        downgrade: None,
    },
];
