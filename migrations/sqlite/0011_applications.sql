-- Recruitments and what becomes of an Application; Transfers of Memberships; Announcements of offices. But for drafts, every
-- row is words that stand: none is changed or taken away.

create table recruitment (
    id text not null,
    policy text not null,
    role text not null,
    studio text,
    region text not null,
    tier text,
    kind text,
    title text not null,
    content text not null,
    places bigint not null,
    most_choices bigint not null,
    school_consents bigint not null,
    office_approves bigint not null,
    opens bigint not null,
    closes bigint not null,
    opened_by text not null,
    opened_at bigint not null,
    constraint recruitment_key primary key (id),
    constraint recruitment_studio_exists foreign key (studio) references studio (id),
    constraint recruitment_region_exists foreign key (region) references region (id),
    constraint recruitment_opener_exists foreign key (opened_by) references account (id),
    constraint recruitment_role_known check (role in ('host', 'core', 'trainee', 'follower')),
    constraint recruitment_flags check (school_consents in (0, 1) and office_approves in (0, 1)),
    constraint recruitment_span check (opens <= closes)
);

create index recruitment_by_closing on recruitment (closes);
create index recruitment_by_studio on recruitment (studio);

-- The closing day was moved; the last one counts.
create table recruitment_changed (
    recruitment text not null,
    ordinal bigint not null,
    closes bigint not null,
    reason text not null,
    changed_by text not null,
    changed_at bigint not null,
    constraint recruitment_changed_key primary key (recruitment, ordinal),
    constraint recruitment_changed_recruitment_exists foreign key (recruitment) references recruitment (id),
    constraint recruitment_changed_by_exists foreign key (changed_by) references account (id)
);

-- The draft is the only thing here that changes; what is sent is copied.
create table application (
    id text not null,
    recruitment text not null,
    account text not null,
    draft text not null,
    saved_at bigint not null,
    constraint application_key primary key (id),
    constraint application_recruitment_exists foreign key (recruitment) references recruitment (id),
    constraint application_account_exists foreign key (account) references account (id),
    constraint application_taken unique (recruitment, account)
);

create index application_by_account on application (account, saved_at);

create table application_sent (
    application text not null,
    ordinal bigint not null,
    school text not null,
    content text not null,
    findings text not null,
    sent_at bigint not null,
    constraint application_sent_key primary key (application, ordinal),
    constraint application_sent_application_exists foreign key (application) references application (id),
    constraint application_sent_school_exists foreign key (school) references school (id)
);

create index application_sent_by_time on application_sent (sent_at);

-- The Studios that were wished for, in order.
create table application_choice (
    application text not null,
    sending bigint not null,
    position bigint not null,
    studio text not null,
    constraint application_choice_key primary key (application, sending, position),
    constraint application_choice_sending_exists foreign key (application, sending)
        references application_sent (application, ordinal),
    constraint application_choice_studio_exists foreign key (studio) references studio (id)
);

create index application_choice_by_studio on application_choice (studio);

create table application_withdrawn (
    application text not null,
    sending bigint not null,
    withdrawn_at bigint not null,
    constraint application_withdrawn_key primary key (application, sending),
    constraint application_withdrawn_sending_exists foreign key (application, sending)
        references application_sent (application, ordinal)
);

-- Files that were put beside an Application: who reviews it may read them.
create table application_attachment (
    application text not null,
    attachment text not null,
    constraint application_attachment_key primary key (application, attachment),
    constraint application_attachment_application_exists foreign key (application) references application (id),
    constraint application_attachment_attachment_exists foreign key (attachment) references attachment (id)
);

create index application_attachment_by_attachment on application_attachment (attachment);

-- `ordinal` counts the words about one sending, so that two reviewers at once collide.
create table application_reviewed (
    application text not null,
    sending bigint not null,
    ordinal bigint not null,
    step text not null,
    studio text,
    verdict text not null,
    reason text not null,
    attachment text,
    membership text,
    reviewed_by text not null,
    reviewed_at bigint not null,
    constraint application_reviewed_key primary key (application, sending, ordinal),
    constraint application_reviewed_sending_exists foreign key (application, sending)
        references application_sent (application, ordinal),
    constraint application_reviewed_studio_exists foreign key (studio) references studio (id),
    constraint application_reviewed_attachment_exists foreign key (attachment) references attachment (id),
    constraint application_reviewed_membership_exists foreign key (membership) references membership (id),
    constraint application_reviewed_by_exists foreign key (reviewed_by) references account (id),
    constraint application_reviewed_step_known check (step in ('host', 'school', 'recommendation', 'office')),
    constraint application_reviewed_verdict_known check (verdict in ('granted', 'returned', 'refused'))
);

-- A Membership ends the day before `day`, for a reason; another may begin on it.
create table transfer (
    id text not null,
    membership text not null,
    ordinal bigint not null,
    kind text not null,
    day bigint not null,
    role text,
    studio text,
    reason text not null,
    attachment text,
    asked_by text not null,
    asked_at bigint not null,
    constraint transfer_key primary key (id),
    constraint transfer_membership_exists foreign key (membership) references membership (id),
    constraint transfer_studio_exists foreign key (studio) references studio (id),
    constraint transfer_attachment_exists foreign key (attachment) references attachment (id),
    constraint transfer_asker_exists foreign key (asked_by) references account (id),
    constraint transfer_kind_known check (kind in ('departed', 'quit', 'replaced', 'promoted', 'demoted')),
    constraint transfer_ordinal_taken unique (membership, ordinal)
);

create index transfer_by_attachment on transfer (attachment);

create table transfer_decided (
    transfer text not null,
    granted bigint not null,
    reason text not null,
    began text,
    decided_by text not null,
    decided_at bigint not null,
    constraint transfer_decided_key primary key (transfer),
    constraint transfer_decided_transfer_exists foreign key (transfer) references transfer (id),
    constraint transfer_decided_began_exists foreign key (began) references membership (id),
    constraint transfer_decided_by_exists foreign key (decided_by) references account (id),
    constraint transfer_decided_flag check (granted in (0, 1))
);

create table announcement (
    id text not null,
    region text not null,
    title text not null,
    content text not null,
    recruitment text,
    announced_by text not null,
    announced_at bigint not null,
    constraint announcement_key primary key (id),
    constraint announcement_region_exists foreign key (region) references region (id),
    constraint announcement_recruitment_exists foreign key (recruitment) references recruitment (id),
    constraint announcement_author_exists foreign key (announced_by) references account (id)
);

create index announcement_by_region on announcement (region, announced_at);

create table announcement_withdrawn (
    announcement text not null,
    reason text not null,
    withdrawn_by text not null,
    withdrawn_at bigint not null,
    constraint announcement_withdrawn_key primary key (announcement),
    constraint announcement_withdrawn_announcement_exists foreign key (announcement) references announcement (id),
    constraint announcement_withdrawn_by_exists foreign key (withdrawn_by) references account (id)
);

create trigger recruitment_no_update before update on recruitment
begin
    select raise(abort, 'application_insert_only');
end;

create trigger recruitment_no_delete before delete on recruitment
begin
    select raise(abort, 'application_insert_only');
end;

create trigger recruitment_changed_no_update before update on recruitment_changed
begin
    select raise(abort, 'application_insert_only');
end;

create trigger recruitment_changed_no_delete before delete on recruitment_changed
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_sent_no_update before update on application_sent
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_sent_no_delete before delete on application_sent
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_choice_no_update before update on application_choice
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_choice_no_delete before delete on application_choice
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_withdrawn_no_update before update on application_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_withdrawn_no_delete before delete on application_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_attachment_no_update before update on application_attachment
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_attachment_no_delete before delete on application_attachment
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_reviewed_no_update before update on application_reviewed
begin
    select raise(abort, 'application_insert_only');
end;

create trigger application_reviewed_no_delete before delete on application_reviewed
begin
    select raise(abort, 'application_insert_only');
end;

create trigger transfer_no_update before update on transfer
begin
    select raise(abort, 'application_insert_only');
end;

create trigger transfer_no_delete before delete on transfer
begin
    select raise(abort, 'application_insert_only');
end;

create trigger transfer_decided_no_update before update on transfer_decided
begin
    select raise(abort, 'application_insert_only');
end;

create trigger transfer_decided_no_delete before delete on transfer_decided
begin
    select raise(abort, 'application_insert_only');
end;

create trigger announcement_no_update before update on announcement
begin
    select raise(abort, 'application_insert_only');
end;

create trigger announcement_no_delete before delete on announcement
begin
    select raise(abort, 'application_insert_only');
end;

create trigger announcement_withdrawn_no_update before update on announcement_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;

create trigger announcement_withdrawn_no_delete before delete on announcement_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;
