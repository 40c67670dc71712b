-- Where people teach, and which Schools are rural, by day: rows that are only added, a later one before an earlier one. The rows of
-- the Account and of the School have what is so today.
create table school_move (
    account text not null,
    ordinal bigint not null,
    from_school text,
    to_school text,
    from_day bigint not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint school_move_key primary key (account, ordinal),
    constraint school_move_account_exists foreign key (account) references account (id),
    constraint school_move_from_exists foreign key (from_school) references school (id),
    constraint school_move_to_exists foreign key (to_school) references school (id),
    constraint school_move_decider_exists foreign key (decided_by) references account (id)
);

create table school_rural (
    school text not null,
    ordinal bigint not null,
    was bigint not null,
    rural bigint not null,
    from_day bigint not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint school_rural_key primary key (school, ordinal),
    constraint school_rural_school_exists foreign key (school) references school (id),
    constraint school_rural_decider_exists foreign key (decided_by) references account (id),
    constraint school_rural_flags check (was in (0, 1) and rural in (0, 1))
);

create trigger school_move_no_update before update on school_move
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger school_move_no_delete before delete on school_move
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger school_rural_no_update before update on school_rural
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger school_rural_no_delete before delete on school_rural
begin
    select raise(abort, 'assessment_insert_only');
end;
