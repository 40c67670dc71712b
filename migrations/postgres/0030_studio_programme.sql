-- Under which Policy a Studio is assessed, and since when its cycle goes: rows that are only added. The Studio's own row has those of today.
create table studio_programme (
    studio text not null,
    ordinal bigint not null,
    from_policy text,
    to_policy text not null,
    from_cycle_start bigint not null,
    to_cycle_start bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint studio_programme_key primary key (studio, ordinal),
    constraint studio_programme_studio_exists foreign key (studio) references studio (id),
    constraint studio_programme_account_exists foreign key (decided_by) references account (id)
);

create trigger studio_programme_no_change before update or delete or truncate on studio_programme
for each statement execute function refuse_assessment_change();

create trigger studio_tier_no_change before update or delete or truncate on studio_tier
for each statement execute function refuse_assessment_change();
