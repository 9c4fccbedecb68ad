-- enrolment, put back from a backup. Run once by scripts/backup.py, before enrolment starts, in one transaction.
-- restore: one row (made_at, restored_at).
--
-- Others heard of later versions than the backup has, and ignore what is not above them: go on above anything that can
-- have been said before, also by a restore of the same backup.
CREATE TEMP TABLE above ON COMMIT DROP AS
    SELECT extract(epoch FROM restored_at - timestamptz '2026-01-01')::integer AS all_before FROM restore;
UPDATE sessions SET version = greatest(version, all_before) FROM above;
UPDATE sessions SET attended = greatest(attended, all_before) FROM above;
UPDATE enrolments SET version = greatest(version, all_before) FROM above;
UPDATE parties SET version = greatest(version, all_before) FROM above;
UPDATE former_ids SET version = greatest(version, all_before) FROM above;
UPDATE creche_applications SET version = greatest(version, all_before) FROM above;
UPDATE creche_place_offers SET version = greatest(version, all_before) FROM above;
UPDATE care_offers SET version = greatest(version, all_before) FROM above;
UPDATE creche_weeks_told SET version = greatest(version, all_before) FROM above;
