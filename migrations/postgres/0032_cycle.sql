-- A whole cycle is settled beside its years: 终结性考核. `year` of one that covers a cycle is the cycle's last; ordinals go on over both.
alter table year_end add column scope text not null default 'year'
    constraint year_end_scope_known check (scope in ('year', 'cycle'));
alter table grade_decided add column scope text not null default 'year'
    constraint grade_decided_scope_known check (scope in ('year', 'cycle'));
alter table report_issue add column scope text not null default 'year'
    constraint report_issue_scope_known check (scope in ('year', 'cycle'));

-- One more reason, and the years of the cycle, as a JSON list, that have no final result.
alter table year_end_left_out drop constraint year_end_left_out_reason_known;
alter table year_end_left_out add column years text not null default '[]';
alter table year_end_left_out
    add constraint year_end_left_out_reason_known check (reason in ('above', 'taken', 'unsettled'));

-- The last Scorecard of a Studio's year or cycle, with the SHA-256 of all that it was made from. May be emptied at any time, as here.
drop table scorecard;
create table scorecard (
    studio text not null,
    scope text not null,
    year bigint not null,
    policy text not null,
    version bigint not null,
    on_day bigint not null,
    basis text not null,
    -- 0 to 10 000: hundredths of points.
    points bigint not null,
    -- As JSON: what a table over many Studios shows, and all of it.
    summary text not null,
    content text not null,
    made_at bigint not null,
    constraint scorecard_key primary key (studio, scope, year),
    constraint scorecard_studio_exists foreign key (studio) references studio (id),
    constraint scorecard_scope_known check (scope in ('year', 'cycle'))
);

create index scorecard_by_policy on scorecard (policy, scope, year, points);
