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

create trigger studio_programme_no_update before update on studio_programme
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger studio_programme_no_delete before delete on studio_programme
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger studio_tier_no_update before update on studio_tier
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger studio_tier_no_delete before delete on studio_tier
begin
    select raise(abort, 'assessment_insert_only');
end;
