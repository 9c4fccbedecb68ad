-- notify, put back from a backup. Run once by scripts/backup.py, before notify starts, in one transaction.
-- restore: one row (made_at, restored_at).  said: what notify itself has said since then, as the journal has it (event).

INSERT INTO restored SELECT restored_at FROM restore;

-- What the backup has as waiting, and the journal knows the end of.
CREATE TEMP TABLE known ON COMMIT DROP AS
    SELECT DISTINCT ON (event->>'subject')
        CAST(event->>'subject' AS uuid) AS id, split_part(event->>'type', '.', 2) AS status,
        CAST(event->>'sequence' AS bigint) AS told, CAST(event->>'time' AS timestamptz) AS at, event->'data' AS data
    FROM said WHERE event->>'type' LIKE 'message.%.v1'
    ORDER BY event->>'subject', CAST(event->>'sequence' AS bigint) DESC;
UPDATE messages SET
    status = known.status, told = known.told, claimed_at = coalesce(claimed_at, known.at),
    sent_at = CASE WHEN known.status IN ('sent', 'delivered', 'undeliverable') THEN coalesce(sent_at, known.at) END,
    withdrawal_said = (known.status = 'withdrawn')
    FROM known WHERE messages.id = known.id AND messages.told < known.told;

-- What left since, of which the backup knows nothing: the proof, for when its cause is heard again (retelling.py).
INSERT INTO told_before (message_id, party_id, organiser, session_id, purpose, channel, sent_at)
    SELECT id, CAST(data->>'party_id' AS uuid), data->>'organiser', CAST(data->>'session_id' AS uuid),
        data->>'purpose', data->>'channel', at
    FROM known WHERE status IN ('sent', 'delivered', 'undeliverable')
        AND NOT EXISTS (SELECT FROM messages WHERE messages.id = known.id)
    ON CONFLICT DO NOTHING;
UPDATE news SET again = true WHERE addressed_at IS NULL AND withdrawn_at IS NULL;

-- What was due before the restore, and of which nothing is known: it may have left. Providers that can be asked are
-- asked; a person looks after the rest, and no other channel is tried.
WITH doubtful AS (
    UPDATE messages SET status = 'unknown', problem = 'restored', attempts = attempts + 1,
        claimed_at = restored_at, silent_at = restored_at, due_at = restored_at
    FROM restore WHERE status = 'sending' OR (status = 'scheduled' AND due_at <= restored_at)
    RETURNING news_id, guardian_id, restored_at
)
INSERT INTO tasks (id, news_id, guardian_id, code, opened_at)
    SELECT DISTINCT ON (news_id, guardian_id) gen_random_uuid(), news_id, guardian_id, 'restored', restored_at
    FROM doubtful ON CONFLICT DO NOTHING;
UPDATE notices SET status = 'unknown', problem = 'restored', address = NULL, facts = NULL
    FROM restore WHERE status IN ('scheduled', 'sending') AND due_at <= restored_at;
