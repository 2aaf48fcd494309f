-- How messages reach people: routed, gathered into letters, sent, and answered by a link.
-- outbox.channel is 'routes' for a message that is still to be addressed; its letters are rows of their own.

ALTER TABLE outbox ADD COLUMN team VARCHAR;     -- whose; NULL = Unattributed, or several teams'
ALTER TABLE outbox ADD COLUMN severity VARCHAR; -- page, warn, info
ALTER TABLE outbox ADD COLUMN receipt VARCHAR;  -- the receiver's name for it, so that it can be updated and answered
ALTER TABLE outbox ADD COLUMN stands_in VARCHAR; -- the message_id it was sent in the place of, on a fallback channel
ALTER TABLE outbox ADD COLUMN gathered BOOLEAN DEFAULT false; -- waits for a digest: because of its route, or of a cap

CREATE TABLE carried (                          -- which letter carried which message; a row for each channel
    message_id  VARCHAR NOT NULL,               -- the message, as it was written for 'routes'
    incident_id VARCHAR,
    dedup_key   VARCHAR NOT NULL,               -- of the message
    event       VARCHAR NOT NULL,               -- of the message
    channel     VARCHAR NOT NULL,
    letter_id   VARCHAR NOT NULL,               -- outbox.message_id of the letter
    letter_key  VARCHAR NOT NULL,               -- outbox.dedup_key of the letter
    form        VARCHAR NOT NULL,               -- single, group, digest
    carried_at  TIMESTAMP NOT NULL
);

CREATE TABLE link_uses (                        -- every use of a signed link, appended
    digest      VARCHAR NOT NULL,               -- SHA-256 of the link's token: it works once
    incident_id VARCHAR NOT NULL,
    action      VARCHAR NOT NULL,               -- acknowledge, snooze, expected
    done_by     VARCHAR NOT NULL,               -- as whoever used it signed
    until_at    TIMESTAMP,
    reason      VARCHAR,
    used_at     TIMESTAMP NOT NULL
);
