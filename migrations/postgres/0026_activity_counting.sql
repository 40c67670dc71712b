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

create trigger activity_counting_no_change before update or delete or truncate on activity_counting
for each statement execute function refuse_assessment_change();
