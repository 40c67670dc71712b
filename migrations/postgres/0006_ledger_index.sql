-- A person's lines are found by their Session's kept records, and only their comings and goings by person: checkpoints are nine
-- lines of ten, and took a third of what was written for the ledger.

drop index presence_event_by_person;
create index presence_event_by_person on presence_event (person, session) where kind <> 'checkpoint';
