-- The address under which somebody's calendar program fetches their Activities: who has it reads them. Made anew, the old one ends.
create table calendar_feed (
    account text not null,
    feed text not null,
    made_at bigint not null,
    constraint calendar_feed_key primary key (account),
    constraint calendar_feed_account_exists foreign key (account) references account (id),
    constraint calendar_feed_taken unique (feed)
);
