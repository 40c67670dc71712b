-- Reports that were given out on paper or as PDF: what they said, and to which lines of the ledger they go back. Rows are never
-- changed or taken away.
create table report_issue (
    id text not null,
    kind text not null,
    -- One of the three is there, by kind; a year only for those that go over one.
    session text,
    studio text,
    account text,
    year bigint,
    title text not null,
    -- As JSON: the parameters, the figures as printed, and [session, sequence, hash] of each chain.
    parameters text not null,
    figures text not null,
    heads text not null,
    digest text not null,
    made_at bigint not null,
    made_by text not null,
    constraint report_issue_key primary key (id),
    constraint report_issue_session_exists foreign key (session) references session (id),
    constraint report_issue_studio_exists foreign key (studio) references studio (id),
    constraint report_issue_account_exists foreign key (account) references account (id),
    constraint report_issue_maker_exists foreign key (made_by) references account (id),
    constraint report_issue_kind_known check (kind in ('session', 'year', 'person')),
    constraint report_issue_subject check (
        (kind = 'session' and session is not null) or (kind = 'year' and studio is not null and year is not null)
        or (kind = 'person' and account is not null and year is not null))
);

create function refuse_issue_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'report_issue_insert_only', constraint = 'report_issue_insert_only', errcode = 'check_violation';
end;
$$;

create trigger report_issue_no_change before update or delete or truncate on report_issue
for each statement execute function refuse_issue_change();

-- What the records of a Session came to, with the SHA-256 of all that they were made from: as long as that is the same, they
-- are. May be emptied at any time.
create table session_record (
    session text not null,
    basis text not null,
    content text not null,
    constraint session_record_key primary key (session),
    constraint session_record_session_exists foreign key (session) references session (id)
);

-- All but the checkpoints, which are most of the lines: what a report reads besides its records.
create index presence_event_told on presence_event (session, sequence) where kind <> 'checkpoint';
