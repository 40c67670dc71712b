-- Leave, appeals, their decisions, attachments and photos. Rows are words that somebody said: none is changed or taken away.

create table attachment (
    id text not null,
    digest blob not null,
    name text not null,
    media_type text not null,
    size bigint not null,
    author text not null,
    created_at bigint not null,
    constraint attachment_key primary key (id),
    constraint attachment_author_exists foreign key (author) references account (id),
    constraint attachment_size_positive check (size > 0)
);

create index attachment_by_author on attachment (author, created_at);

-- Where an attachment is a proof: the keepers of the Activity's Studio may read it.
create table attachment_use (
    attachment text not null,
    activity text not null,
    constraint attachment_use_key primary key (attachment, activity),
    constraint attachment_use_attachment_exists foreign key (attachment) references attachment (id),
    constraint attachment_use_activity_exists foreign key (activity) references activity (id)
);

-- `ordinal` counts one person's leaves for one Activity, so that two asked for at once collide.
create table leave_asked (
    id text not null,
    activity text not null,
    account text not null,
    ordinal bigint not null,
    reason text not null,
    attachment text,
    asked_at bigint not null,
    constraint leave_key primary key (id),
    constraint leave_activity_exists foreign key (activity) references activity (id),
    constraint leave_account_exists foreign key (account) references account (id),
    constraint leave_attachment_exists foreign key (attachment) references attachment (id),
    constraint leave_ordinal_taken unique (activity, account, ordinal)
);

create index leave_by_account on leave_asked (account, asked_at);

create table leave_decided (
    leave text not null,
    granted bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint leave_decided_key primary key (leave),
    constraint leave_decided_leave_exists foreign key (leave) references leave_asked (id),
    constraint leave_decided_by_exists foreign key (decided_by) references account (id),
    constraint leave_decided_flag check (granted in (0, 1))
);

create table leave_withdrawn (
    leave text not null,
    withdrawn_at bigint not null,
    constraint leave_withdrawn_key primary key (leave),
    constraint leave_withdrawn_leave_exists foreign key (leave) references leave_asked (id)
);

create table appeal (
    id text not null,
    session text not null,
    account text not null,
    ordinal bigint not null,
    reason text not null,
    attachment text,
    asked_at bigint not null,
    constraint appeal_key primary key (id),
    constraint appeal_session_exists foreign key (session) references session (id),
    constraint appeal_account_exists foreign key (account) references account (id),
    constraint appeal_attachment_exists foreign key (attachment) references attachment (id),
    constraint appeal_ordinal_taken unique (session, account, ordinal)
);

create index appeal_by_account on appeal (account, asked_at);

-- What a granted one corrects stands in the ledger, in the line `event`, written in the same transaction.
create table appeal_decided (
    appeal text not null,
    granted bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    event text,
    constraint appeal_decided_key primary key (appeal),
    constraint appeal_decided_appeal_exists foreign key (appeal) references appeal (id),
    constraint appeal_decided_by_exists foreign key (decided_by) references account (id),
    constraint appeal_decided_event_told check ((granted = 1) = (event is not null)),
    constraint appeal_decided_flag check (granted in (0, 1))
);

create table photo (
    id text not null,
    session text not null,
    attachment text not null,
    note text not null,
    author text not null,
    created_at bigint not null,
    constraint photo_key primary key (id),
    constraint photo_session_exists foreign key (session) references session (id),
    constraint photo_attachment_exists foreign key (attachment) references attachment (id),
    constraint photo_author_exists foreign key (author) references account (id),
    constraint photo_taken unique (session, attachment)
);

create trigger attachment_no_update before update on attachment
begin
    select raise(abort, 'case_insert_only');
end;

create trigger attachment_no_delete before delete on attachment
begin
    select raise(abort, 'case_insert_only');
end;

create trigger attachment_use_no_update before update on attachment_use
begin
    select raise(abort, 'case_insert_only');
end;

create trigger attachment_use_no_delete before delete on attachment_use
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_asked_no_update before update on leave_asked
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_asked_no_delete before delete on leave_asked
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_decided_no_update before update on leave_decided
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_decided_no_delete before delete on leave_decided
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_withdrawn_no_update before update on leave_withdrawn
begin
    select raise(abort, 'case_insert_only');
end;

create trigger leave_withdrawn_no_delete before delete on leave_withdrawn
begin
    select raise(abort, 'case_insert_only');
end;

create trigger appeal_no_update before update on appeal
begin
    select raise(abort, 'case_insert_only');
end;

create trigger appeal_no_delete before delete on appeal
begin
    select raise(abort, 'case_insert_only');
end;

create trigger appeal_decided_no_update before update on appeal_decided
begin
    select raise(abort, 'case_insert_only');
end;

create trigger appeal_decided_no_delete before delete on appeal_decided
begin
    select raise(abort, 'case_insert_only');
end;

create trigger photo_no_update before update on photo
begin
    select raise(abort, 'case_insert_only');
end;

create trigger photo_no_delete before delete on photo
begin
    select raise(abort, 'case_insert_only');
end;
