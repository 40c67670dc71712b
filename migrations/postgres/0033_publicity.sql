-- 公示 of applicants: from the last consent on everybody may read who is to be named and may object; the office answers, and names
-- when the days are over, or says that it does not. Every row stands.

-- One sending, with the Studio that takes them (none of a host) and what the person will be marked as. Both days count.
create table application_publicised (
    application text not null,
    sending bigint not null,
    studio text,
    from_day bigint not null,
    to_day bigint not null,
    new_teacher bigint not null,
    backbone bigint not null,
    constraint application_publicised_key primary key (application, sending),
    constraint application_publicised_sending_exists foreign key (application, sending)
        references application_sent (application, ordinal),
    constraint application_publicised_studio_exists foreign key (studio) references studio (id),
    constraint application_publicised_span check (from_day <= to_day),
    constraint application_publicised_marks check (new_teacher in (0, 1) and backbone in (0, 1))
);

create index application_publicised_by_end on application_publicised (to_day);
create index application_publicised_by_studio on application_publicised (studio);

create table application_objection (
    id text not null,
    application text not null,
    sending bigint not null,
    ordinal bigint not null,
    reason text not null,
    attachment text,
    given_by text not null,
    given_at bigint not null,
    constraint application_objection_key primary key (id),
    constraint application_objection_publicised_exists foreign key (application, sending)
        references application_publicised (application, sending),
    constraint application_objection_attachment_exists foreign key (attachment) references attachment (id),
    constraint application_objection_by_exists foreign key (given_by) references account (id),
    constraint application_objection_ordinal_taken unique (application, sending, ordinal)
);

create index application_objection_by_account on application_objection (given_by, given_at);
create index application_objection_by_attachment on application_objection (attachment);

-- One that is upheld refuses the Application.
create table application_answer (
    objection text not null,
    upheld bigint not null,
    reason text not null,
    answered_by text not null,
    answered_at bigint not null,
    constraint application_answer_key primary key (objection),
    constraint application_answer_objection_exists foreign key (objection) references application_objection (id),
    constraint application_answer_by_exists foreign key (answered_by) references account (id),
    constraint application_answer_upheld_flag check (upheld in (0, 1))
);

create table application_named (
    application text not null,
    sending bigint not null,
    membership text not null,
    named_by text not null,
    named_at bigint not null,
    constraint application_named_key primary key (application, sending),
    constraint application_named_publicised_exists foreign key (application, sending)
        references application_publicised (application, sending),
    constraint application_named_membership_exists foreign key (membership) references membership (id),
    constraint application_named_by_exists foreign key (named_by) references account (id)
);

-- 不予命名: the office's own word, which ends the publicity, whatever is open.
create table application_denied (
    application text not null,
    sending bigint not null,
    reason text not null,
    denied_by text not null,
    denied_at bigint not null,
    constraint application_denied_key primary key (application, sending),
    constraint application_denied_publicised_exists foreign key (application, sending)
        references application_publicised (application, sending),
    constraint application_denied_by_exists foreign key (denied_by) references account (id)
);

-- The first and the last day of the School's own 校内公示, as its consent records them.
alter table application_reviewed add column notice_from bigint;
alter table application_reviewed add column notice_to bigint;

create trigger application_publicised_no_change before update or delete or truncate on application_publicised
for each statement execute function refuse_application_change();

create trigger application_objection_no_change before update or delete or truncate on application_objection
for each statement execute function refuse_application_change();

create trigger application_answer_no_change before update or delete or truncate on application_answer
for each statement execute function refuse_application_change();

create trigger application_named_no_change before update or delete or truncate on application_named
for each statement execute function refuse_application_change();

create trigger application_denied_no_change before update or delete or truncate on application_denied
for each statement execute function refuse_application_change();
