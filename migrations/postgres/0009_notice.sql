-- Notices of Activities. What was sent for review, decided and withdrawn are words that stand: none is changed or taken away.

-- `ordinal` counts the notices of one Activity, so that two sent at once collide.
create table notice (
    id text not null,
    activity text not null,
    ordinal bigint not null,
    content text not null,
    sent_by text not null,
    sent_at bigint not null,
    constraint notice_key primary key (id),
    constraint notice_activity_exists foreign key (activity) references activity (id),
    constraint notice_sender_exists foreign key (sent_by) references account (id),
    constraint notice_ordinal_taken unique (activity, ordinal)
);

-- An approved one has a number of the Region whose office approved it, in that year.
create table notice_decided (
    notice text not null,
    reason text not null,
    region text,
    year bigint,
    number bigint,
    decided_by text not null,
    decided_at bigint not null,
    constraint notice_decided_key primary key (notice),
    constraint notice_decided_notice_exists foreign key (notice) references notice (id),
    constraint notice_decided_region_exists foreign key (region) references region (id),
    constraint notice_decided_by_exists foreign key (decided_by) references account (id),
    constraint notice_number_taken unique (region, year, number),
    constraint notice_number_whole check ((region is null) = (year is null) and (year is null) = (number is null))
);

create table notice_withdrawn (
    notice text not null,
    reason text not null,
    withdrawn_by text not null,
    withdrawn_at bigint not null,
    constraint notice_withdrawn_key primary key (notice),
    constraint notice_withdrawn_notice_exists foreign key (notice) references notice (id),
    constraint notice_withdrawn_by_exists foreign key (withdrawn_by) references account (id)
);

create function refuse_notice_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'notice_insert_only', constraint = 'notice_insert_only', errcode = 'check_violation';
end;
$$;

create trigger notice_no_change before update or delete or truncate on notice
for each statement execute function refuse_notice_change();

create trigger notice_decided_no_change before update or delete or truncate on notice_decided
for each statement execute function refuse_notice_change();

create trigger notice_withdrawn_no_change before update or delete or truncate on notice_withdrawn
for each statement execute function refuse_notice_change();
