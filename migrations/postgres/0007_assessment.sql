-- What the year's assessment follows from: policies in force, what people decided and proved, and what was made of it.

-- One version of a programme's rules, as its file says.
create table policy_version (
    key text not null,
    version bigint not null,
    -- SHA-256 of the content.
    digest text not null,
    content text not null,
    effective_from bigint not null,
    constraint policy_version_key primary key (key, version),
    constraint policy_version_positive check (version > 0)
);

alter table membership add column new_teacher bigint not null default 0;
alter table membership add column backbone bigint not null default 0;

-- Who guides whom. `mentee` is the name of somebody without an account.
create table mentor (
    id text not null,
    studio text not null,
    mentor text not null,
    mentee_account text,
    mentee text not null,
    from_day bigint not null,
    to_day bigint,
    made_by text not null,
    made_at bigint not null,
    constraint mentor_key primary key (id),
    constraint mentor_studio_exists foreign key (studio) references studio (id),
    constraint mentor_mentor_exists foreign key (mentor) references account (id),
    constraint mentor_mentee_exists foreign key (mentee_account) references account (id),
    constraint mentor_maker_exists foreign key (made_by) references account (id),
    constraint mentor_span check (to_day is null or from_day <= to_day)
);

create index mentor_by_studio on mentor (studio, from_day);

create table helped_school (
    id text not null,
    studio text not null,
    school text not null,
    from_day bigint not null,
    to_day bigint,
    made_by text not null,
    made_at bigint not null,
    constraint helped_school_key primary key (id),
    constraint helped_school_studio_exists foreign key (studio) references studio (id),
    constraint helped_school_school_exists foreign key (school) references school (id),
    constraint helped_school_maker_exists foreign key (made_by) references account (id),
    constraint helped_school_span check (to_day is null or from_day <= to_day)
);

create index helped_school_by_studio on helped_school (studio, from_day);
create unique index helped_school_open_taken on helped_school (studio, school) where to_day is null;

-- What an office says of an Activity's level; the last word counts.
create table level_confirmation (
    activity text not null,
    ordinal bigint not null,
    level text not null,
    confirmed bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint level_confirmation_key primary key (activity, ordinal),
    constraint level_confirmation_activity_exists foreign key (activity) references activity (id),
    constraint level_confirmation_by_exists foreign key (decided_by) references account (id),
    constraint level_confirmation_level_known check (level in ('school', 'county', 'city', 'province', 'national')),
    constraint level_confirmation_flag check (confirmed in (0, 1))
);

-- 评课: what somebody who was there says of the lesson.
create table lesson_review (
    id text not null,
    activity text not null,
    reviewer text not null,
    lesson text not null,
    strengths text not null,
    advice text not null,
    made_at bigint not null,
    constraint lesson_review_key primary key (id),
    constraint lesson_review_activity_exists foreign key (activity) references activity (id),
    constraint lesson_review_reviewer_exists foreign key (reviewer) references account (id),
    constraint lesson_review_taken unique (activity, reviewer)
);

-- Which criteria of a Choice the Studio took on, as a JSON list; the last one of a year counts.
create table choice_made (
    id text not null,
    studio text not null,
    policy text not null,
    year bigint not null,
    choice text not null,
    ordinal bigint not null,
    criteria text not null,
    made_by text not null,
    made_at bigint not null,
    constraint choice_made_key primary key (id),
    constraint choice_made_studio_exists foreign key (studio) references studio (id),
    constraint choice_made_maker_exists foreign key (made_by) references account (id),
    constraint choice_made_ordinal_taken unique (studio, policy, year, choice, ordinal)
);

create table choice_decided (
    choice text not null,
    confirmed bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint choice_decided_key primary key (choice),
    constraint choice_decided_choice_exists foreign key (choice) references choice_made (id),
    constraint choice_decided_by_exists foreign key (decided_by) references account (id),
    constraint choice_decided_flag check (confirmed in (0, 1))
);

create table veto_found (
    id text not null,
    studio text not null,
    policy text not null,
    veto text not null,
    day bigint not null,
    reason text not null,
    found_by text not null,
    found_at bigint not null,
    constraint veto_found_key primary key (id),
    constraint veto_found_studio_exists foreign key (studio) references studio (id),
    constraint veto_found_by_exists foreign key (found_by) references account (id)
);

create index veto_found_by_studio on veto_found (studio, day);

create table veto_lifted (
    veto text not null,
    reason text not null,
    lifted_by text not null,
    lifted_at bigint not null,
    constraint veto_lifted_key primary key (veto),
    constraint veto_lifted_veto_exists foreign key (veto) references veto_found (id),
    constraint veto_lifted_by_exists foreign key (lifted_by) references account (id)
);

-- A grade that a person gives, where the programme does not tell what makes it; the last word of a year counts.
create table grade_decided (
    studio text not null,
    policy text not null,
    year bigint not null,
    ordinal bigint not null,
    grade text not null,
    granted bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint grade_decided_key primary key (studio, policy, year, ordinal),
    constraint grade_decided_studio_exists foreign key (studio) references studio (id),
    constraint grade_decided_by_exists foreign key (decided_by) references account (id),
    constraint grade_decided_flag check (granted in (0, 1))
);

-- What proves something that the server cannot see. `account` where it proves something of a person.
create table evidence (
    id text not null,
    studio text not null,
    policy text not null,
    slot text not null,
    account text,
    title text not null,
    day bigint not null,
    given_by text not null,
    given_at bigint not null,
    constraint evidence_key primary key (id),
    constraint evidence_studio_exists foreign key (studio) references studio (id),
    constraint evidence_account_exists foreign key (account) references account (id),
    constraint evidence_giver_exists foreign key (given_by) references account (id)
);

create index evidence_by_studio on evidence (studio, day);

create table evidence_attachment (
    evidence text not null,
    attachment text not null,
    position bigint not null,
    constraint evidence_attachment_key primary key (evidence, attachment),
    constraint evidence_attachment_evidence_exists foreign key (evidence) references evidence (id),
    constraint evidence_attachment_attachment_exists foreign key (attachment) references attachment (id)
);

create index evidence_attachment_by_attachment on evidence_attachment (attachment);

-- Accepted for so many, or refused; the last word counts.
create table evidence_decided (
    evidence text not null,
    ordinal bigint not null,
    accepted bigint not null,
    count bigint not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint evidence_decided_key primary key (evidence, ordinal),
    constraint evidence_decided_evidence_exists foreign key (evidence) references evidence (id),
    constraint evidence_decided_by_exists foreign key (decided_by) references account (id),
    constraint evidence_decided_flag check (accepted in (0, 1)),
    constraint evidence_decided_count check (count >= 0)
);

-- Who was in an Activity, over all its Sessions, with the SHA-256 of all that this was made from: as long as that is the same,
-- they were. May be emptied at any time.
create table activity_fact (
    activity text not null,
    basis text not null,
    content text not null,
    constraint activity_fact_key primary key (activity),
    constraint activity_fact_activity_exists foreign key (activity) references activity (id)
);

-- The last Scorecard of a Studio's year, with the SHA-256 of all that it was made from. May be emptied at any time.
create table scorecard (
    studio text not null,
    year bigint not null,
    policy text not null,
    version bigint not null,
    on_day bigint not null,
    basis text not null,
    -- 0 to 10 000: hundredths of points.
    points bigint not null,
    -- As JSON: what a table over many Studios shows, and all of it.
    summary text not null,
    content text not null,
    made_at bigint not null,
    constraint scorecard_key primary key (studio, year),
    constraint scorecard_studio_exists foreign key (studio) references studio (id)
);

create index scorecard_by_policy on scorecard (policy, year, points);

create function refuse_assessment_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'assessment_insert_only', constraint = 'assessment_insert_only', errcode = 'check_violation';
end;
$$;

create trigger policy_version_no_change before update or delete or truncate on policy_version
for each statement execute function refuse_assessment_change();

create trigger level_confirmation_no_change before update or delete or truncate on level_confirmation
for each statement execute function refuse_assessment_change();

create trigger lesson_review_no_change before update or delete or truncate on lesson_review
for each statement execute function refuse_assessment_change();

create trigger choice_made_no_change before update or delete or truncate on choice_made
for each statement execute function refuse_assessment_change();

create trigger choice_decided_no_change before update or delete or truncate on choice_decided
for each statement execute function refuse_assessment_change();

create trigger veto_found_no_change before update or delete or truncate on veto_found
for each statement execute function refuse_assessment_change();

create trigger veto_lifted_no_change before update or delete or truncate on veto_lifted
for each statement execute function refuse_assessment_change();

create trigger grade_decided_no_change before update or delete or truncate on grade_decided
for each statement execute function refuse_assessment_change();

create trigger evidence_no_change before update or delete or truncate on evidence
for each statement execute function refuse_assessment_change();

create trigger evidence_attachment_no_change before update or delete or truncate on evidence_attachment
for each statement execute function refuse_assessment_change();

create trigger evidence_decided_no_change before update or delete or truncate on evidence_decided
for each statement execute function refuse_assessment_change();
