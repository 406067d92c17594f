-- emails are lower case
--
-- @revision c52e9d0177ab
-- @revises 8b7d20c4e9f3
-- @created 2026-11-16T08:05:00Z

-- @upgrade
UPDATE customer SET email = lower(email);
ALTER TABLE customer
    ALTER COLUMN email TYPE VARCHAR(320),
    ADD CONSTRAINT ck_customer_email_lower CHECK (email = lower(email));

-- @downgrade
ALTER TABLE customer DROP CONSTRAINT ck_customer_email_lower;
ALTER TABLE customer ALTER COLUMN email TYPE VARCHAR(200);
