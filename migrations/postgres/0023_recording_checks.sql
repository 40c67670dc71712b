-- What finishing found to be amiss, as JSON; none of Recordings that were finished before it was kept.
alter table recording add column checks text;
