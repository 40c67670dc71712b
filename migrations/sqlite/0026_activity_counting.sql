-- Whether an Activity that is over counts for the Studio's year, as an office says; the last word counts, and without one it does.
create table activity_counting (
    activity text not null,
    ordinal bigint not null,
    granted bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    tier text not null,
    constraint activity_counting_key primary key (activity, ordinal),
    constraint activity_counting_activity_exists foreign key (activity) references activity (id),
    constraint activity_counting_by_exists foreign key (decided_by) references account (id),
    constraint activity_counting_flag check (granted in (0, 1))
);

create trigger activity_counting_no_update before update on activity_counting
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger activity_counting_no_delete before delete on activity_counting
begin
    select raise(abort, 'assessment_insert_only');
end;
