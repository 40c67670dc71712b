-- What is kept of an Activity's people says by its SHA-256 what it says, so that a Scorecard shows whether it followed from the
-- same: who moves to another School is of that School in what is made anew. The table may be emptied at any time.
delete from activity_fact;
alter table activity_fact add column digest text not null default '';
