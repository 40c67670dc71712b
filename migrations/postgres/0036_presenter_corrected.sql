-- Who presented Activities that are over, where it was not whom the plan named: rows that are only added. `was` and `now` are JSON
-- arrays of Accounts, in their order. The rows of `presenter` have what stands.
create table presenter_corrected (
    activity text not null,
    ordinal bigint not null,
    was text not null,
    now text not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint presenter_corrected_key primary key (activity, ordinal),
    constraint presenter_corrected_activity_exists foreign key (activity) references activity (id),
    constraint presenter_corrected_decider_exists foreign key (decided_by) references account (id)
);

create trigger presenter_corrected_no_change before update or delete or truncate on presenter_corrected
for each statement execute function refuse_assessment_change();
