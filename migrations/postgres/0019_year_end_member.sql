-- Who was in a Studio on the last day of the year that was frozen, in the highest role that they had: credits follow from it. The name is
-- that of the day of the freeze.
create table year_end_member (
    year_end text not null,
    studio text not null,
    account text not null,
    name text not null,
    role text not null,
    constraint year_end_member_key primary key (year_end, studio, account),
    constraint year_end_member_entry_exists foreign key (year_end, studio) references year_end_entry (year_end, studio),
    constraint year_end_member_account_exists foreign key (account) references account (id)
);

create trigger year_end_member_no_change before update or delete or truncate on year_end_member
for each statement execute function refuse_year_end_change();
