-- When somebody's first report of the day came: nobody watches more than the time since then allows. Of days before this it is told
-- by what was watched on them.
alter table resource_view add column began_at bigint not null default 0;
update resource_view set began_at = reported_at - watched_ms * 1000;
