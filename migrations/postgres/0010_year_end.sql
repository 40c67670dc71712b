-- A year's end: what an office froze, published, was objected to, answered and made final. Every word stands: none is changed or taken
-- away; a later one stands beside it.

-- `ordinal` counts those of one Policy and year, so that two that are frozen at once collide.
create table year_end (
    id text not null,
    region text not null,
    policy text not null,
    version bigint not null,
    year bigint not null,
    ordinal bigint not null,
    on_day bigint not null,
    reason text not null,
    frozen_by text not null,
    frozen_at bigint not null,
    constraint year_end_key primary key (id),
    constraint year_end_region_exists foreign key (region) references region (id),
    constraint year_end_policy_exists foreign key (policy, version) references policy_version (key, version),
    constraint year_end_by_exists foreign key (frozen_by) references account (id),
    constraint year_end_ordinal_taken unique (policy, year, ordinal)
);

-- The Scorecard of a Studio as it was: `basis` is the digest of all that it followed from, `summary` and `content` are JSON. The names
-- of its hosts and its Region are those of the day.
create table year_end_entry (
    year_end text not null,
    studio text not null,
    name text not null,
    hosts text not null,
    region_name text not null,
    tier text not null,
    basis text not null,
    grade text,
    passes bigint not null,
    points bigint not null,
    summary text not null,
    content text not null,
    constraint year_end_entry_key primary key (year_end, studio),
    constraint year_end_entry_year_end_exists foreign key (year_end) references year_end (id),
    constraint year_end_entry_studio_exists foreign key (studio) references studio (id)
);

create index year_end_entry_by_studio on year_end_entry (studio);

-- Both days count.
create table year_end_published (
    year_end text not null,
    from_day bigint not null,
    until_day bigint not null,
    reason text not null,
    published_by text not null,
    published_at bigint not null,
    constraint year_end_published_key primary key (year_end),
    constraint year_end_published_year_end_exists foreign key (year_end) references year_end (id),
    constraint year_end_published_by_exists foreign key (published_by) references account (id),
    constraint year_end_published_span check (until_day > from_day)
);

create table year_end_objection (
    id text not null,
    year_end text not null,
    studio text not null,
    ordinal bigint not null,
    reason text not null,
    attachment text,
    given_by text not null,
    given_at bigint not null,
    constraint year_end_objection_key primary key (id),
    constraint year_end_objection_entry_exists foreign key (year_end, studio) references year_end_entry (year_end, studio),
    constraint year_end_objection_attachment_exists foreign key (attachment) references attachment (id),
    constraint year_end_objection_by_exists foreign key (given_by) references account (id),
    constraint year_end_objection_ordinal_taken unique (year_end, studio, ordinal)
);

-- One that was upheld says what stands from now on.
create table year_end_answer (
    objection text not null,
    state text not null,
    basis text,
    grade text,
    passes bigint,
    points bigint,
    summary text,
    reason text not null,
    answered_by text not null,
    answered_at bigint not null,
    constraint year_end_answer_key primary key (objection),
    constraint year_end_answer_objection_exists foreign key (objection) references year_end_objection (id),
    constraint year_end_answer_by_exists foreign key (answered_by) references account (id),
    constraint year_end_answer_whole check ((state = 'rejected') = (points is null) and (points is null) = (passes is null))
);

-- The last word: final, or given up. One of them, so that two who say both at once collide.
create table year_end_closed (
    year_end text not null,
    stage text not null,
    reason text not null,
    closed_by text not null,
    closed_at bigint not null,
    constraint year_end_closed_key primary key (year_end),
    constraint year_end_closed_year_end_exists foreign key (year_end) references year_end (id),
    constraint year_end_closed_by_exists foreign key (closed_by) references account (id),
    constraint year_end_closed_stage_known check (stage in ('final', 'withdrawn'))
);

create table year_end_result (
    year_end text not null,
    studio text not null,
    grade text,
    passes bigint not null,
    points bigint not null,
    rank bigint not null,
    tied bigint not null,
    in_cut_off bigint,
    constraint year_end_result_key primary key (year_end, studio),
    constraint year_end_result_entry_exists foreign key (year_end, studio) references year_end_entry (year_end, studio)
);

-- Stands beside the result, which stays what it was.
create table year_end_correction (
    year_end text not null,
    studio text not null,
    ordinal bigint not null,
    grade text not null,
    passes bigint not null,
    reason text not null,
    corrected_by text not null,
    corrected_at bigint not null,
    constraint year_end_correction_key primary key (year_end, studio, ordinal),
    constraint year_end_correction_result_exists foreign key (year_end, studio) references year_end_result (year_end, studio),
    constraint year_end_correction_by_exists foreign key (corrected_by) references account (id)
);

-- Reports that are given out get more kinds.
alter table report_issue add column notice text;
alter table report_issue add column year_end text;
alter table report_issue add constraint report_issue_notice_exists foreign key (notice) references notice (id);
alter table report_issue add constraint report_issue_year_end_exists foreign key (year_end) references year_end (id);
alter table report_issue drop constraint report_issue_kind_known;
alter table report_issue drop constraint report_issue_subject;
alter table report_issue add constraint report_issue_subject check (case kind
    when 'session' then session is not null
    when 'year' then studio is not null and year is not null
    when 'person' then account is not null and year is not null
    when 'scorecard' then studio is not null and year is not null
    when 'notice' then notice is not null
    when 'certificate' then year_end is not null and studio is not null
    when 'annual' then year_end is not null
    else false end);

-- A notice is given out once, however often it is printed.
create unique index report_issue_notice_taken on report_issue (notice) where kind = 'notice';

-- A certificate is a report that was given out, with a number of the Region whose office gave it, in that year.
create table certificate (
    issue text not null,
    kind text not null,
    year_end text not null,
    studio text not null,
    account text,
    ordinal bigint not null,
    region text not null,
    year bigint not null,
    number bigint not null,
    constraint certificate_key primary key (issue),
    constraint certificate_issue_exists foreign key (issue) references report_issue (id),
    constraint certificate_result_exists foreign key (year_end, studio) references year_end_result (year_end, studio),
    constraint certificate_account_exists foreign key (account) references account (id),
    constraint certificate_region_exists foreign key (region) references region (id),
    constraint certificate_kind_known check ((kind = 'credits') = (account is not null) and kind in ('grade', 'credits')),
    constraint certificate_number_taken unique (region, year, number)
);

-- Of one Studio and kind, or one person in it, there is one at a time: the next counts on when the one before was revoked.
create unique index certificate_ordinal_taken on certificate (year_end, studio, kind, coalesce(account, ''), ordinal);
create index certificate_by_account on certificate (account);

create table certificate_revoked (
    certificate text not null,
    reason text not null,
    revoked_by text not null,
    revoked_at bigint not null,
    constraint certificate_revoked_key primary key (certificate),
    constraint certificate_revoked_certificate_exists foreign key (certificate) references certificate (issue),
    constraint certificate_revoked_by_exists foreign key (revoked_by) references account (id)
);

create function refuse_year_end_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'year_end_insert_only', constraint = 'year_end_insert_only', errcode = 'check_violation';
end;
$$;

create trigger year_end_no_change before update or delete or truncate on year_end
for each statement execute function refuse_year_end_change();

create trigger year_end_entry_no_change before update or delete or truncate on year_end_entry
for each statement execute function refuse_year_end_change();

create trigger year_end_published_no_change before update or delete or truncate on year_end_published
for each statement execute function refuse_year_end_change();

create trigger year_end_objection_no_change before update or delete or truncate on year_end_objection
for each statement execute function refuse_year_end_change();

create trigger year_end_answer_no_change before update or delete or truncate on year_end_answer
for each statement execute function refuse_year_end_change();

create trigger year_end_closed_no_change before update or delete or truncate on year_end_closed
for each statement execute function refuse_year_end_change();

create trigger year_end_result_no_change before update or delete or truncate on year_end_result
for each statement execute function refuse_year_end_change();

create trigger year_end_correction_no_change before update or delete or truncate on year_end_correction
for each statement execute function refuse_year_end_change();

create trigger certificate_no_change before update or delete or truncate on certificate
for each statement execute function refuse_year_end_change();

create trigger certificate_revoked_no_change before update or delete or truncate on certificate_revoked
for each statement execute function refuse_year_end_change();
