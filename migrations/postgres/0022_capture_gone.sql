-- When what was captured of a Recording was let go: its film lies in the archive, and its days are over.
alter table recording add column capture_gone_at bigint;
