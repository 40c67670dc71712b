-- The last day on which a Studio works, and the words that closed it or took that back: rows that are only added. The Studio's own row
-- has the day that holds. A row without kind and day takes the closing before it back.
alter table studio add column last_day bigint;

create table studio_closing (
    studio text not null,
    ordinal bigint not null,
    kind text,
    last_day bigint,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    tier text not null,
    constraint studio_closing_key primary key (studio, ordinal),
    constraint studio_closing_studio_exists foreign key (studio) references studio (id),
    constraint studio_closing_account_exists foreign key (decided_by) references account (id),
    constraint studio_closing_whole check ((kind is null) = (last_day is null))
);

-- The Memberships that a closing ended, each with the word about its days (membership_changed) that did.
create table studio_closing_member (
    studio text not null,
    ordinal bigint not null,
    membership text not null,
    changed bigint not null,
    constraint studio_closing_member_key primary key (studio, ordinal, membership),
    constraint studio_closing_member_closing_exists foreign key (studio, ordinal) references studio_closing (studio, ordinal),
    constraint studio_closing_member_change_exists foreign key (membership, changed) references membership_changed (membership, ordinal)
);

create trigger studio_closing_no_change before update or delete or truncate on studio_closing
for each statement execute function refuse_assessment_change();

create trigger studio_closing_member_no_change before update or delete or truncate on studio_closing_member
for each statement execute function refuse_assessment_change();
