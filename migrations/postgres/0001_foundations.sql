-- Regions, schools, accounts, logins, studios, activities, sessions and the presence ledger.
-- Times are microseconds since 1970 UTC, days are days since 1970-01-01 in China, flags are 0 or 1.

create table setting (
    name text not null,
    value bytea not null,
    constraint setting_key primary key (name)
);

create table region (
    id text not null,
    name text not null,
    kind text not null,
    parent text,
    constraint region_key primary key (id),
    constraint region_parent_exists foreign key (parent) references region (id),
    constraint region_kind_known check (kind in ('province', 'city', 'county'))
);

-- Siblings have different names; provinces are siblings too.
create unique index region_name_taken on region (coalesce(parent, ''), name);

create table school (
    id text not null,
    name text not null,
    region text not null,
    rural bigint not null,
    constraint school_key primary key (id),
    constraint school_region_exists foreign key (region) references region (id),
    constraint school_name_taken unique (region, name),
    constraint school_rural_flag check (rural in (0, 1))
);

create table account (
    id text not null,
    login_name text not null,
    name text not null,
    role text not null,
    scope text,
    school text,
    title text not null,
    subject text not null,
    password_hash text not null,
    disabled bigint not null,
    failures bigint not null,
    locked_until bigint,
    created_at bigint not null,
    constraint account_key primary key (id),
    constraint account_login_name_taken unique (login_name),
    constraint account_scope_exists foreign key (scope) references region (id),
    constraint account_school_exists foreign key (school) references school (id),
    constraint account_role_known check (role in ('admin', 'office', 'teacher')),
    constraint account_disabled_flag check (disabled in (0, 1))
);

create index account_by_school on account (school);

create table login (
    id text not null,
    account text not null,
    token_hash bytea not null,
    csrf text not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    constraint login_key primary key (id),
    constraint login_account_exists foreign key (account) references account (id),
    constraint login_token_taken unique (token_hash)
);

create index login_by_account on login (account);
create index login_by_last_seen on login (last_seen_at);

create table studio (
    id text not null,
    name text not null,
    tier text not null,
    kind text not null,
    subject text not null,
    region text not null,
    cycle_start bigint not null,
    policy text,
    introduction text not null,
    created_at bigint not null,
    constraint studio_key primary key (id),
    constraint studio_region_exists foreign key (region) references region (id),
    constraint studio_name_taken unique (region, name),
    constraint studio_tier_known check (tier in ('province', 'city', 'county')),
    constraint studio_kind_known check (kind in ('studio', 'network', 'alliance'))
);

create table membership (
    id text not null,
    studio text not null,
    account text not null,
    role text not null,
    from_day bigint not null,
    to_day bigint,
    constraint membership_key primary key (id),
    constraint membership_studio_exists foreign key (studio) references studio (id),
    constraint membership_account_exists foreign key (account) references account (id),
    constraint membership_role_known check (role in ('host', 'core', 'trainee', 'follower', 'adviser')),
    constraint membership_span check (to_day is null or from_day <= to_day)
);

create index membership_by_studio on membership (studio, from_day);
create index membership_by_account on membership (account, from_day);
-- One open Membership of a person in a Studio; a change of role ends one and begins another.
create unique index membership_open_taken on membership (studio, account) where to_day is null;

create table series (
    id text not null,
    studio text not null,
    title text not null,
    theme text not null,
    created_at bigint not null,
    constraint series_key primary key (id),
    constraint series_studio_exists foreign key (studio) references studio (id),
    constraint series_title_taken unique (studio, title)
);

create table activity (
    id text not null,
    studio text not null,
    series text,
    title text not null,
    summary text not null,
    kind text not null,
    mode text not null,
    level text not null,
    audience text not null,
    place text not null,
    planned_start bigint not null,
    planned_end bigint not null,
    state text not null,
    guests_allowed bigint not null,
    cancel_reason text,
    created_at bigint not null,
    constraint activity_key primary key (id),
    constraint activity_studio_exists foreign key (studio) references studio (id),
    constraint activity_series_exists foreign key (series) references series (id),
    constraint activity_kind_known check (kind in ('broadcast', 'seminar', 'lecture', 'open_lesson', 'lesson_review', 'outreach', 'report', 'showcase')),
    constraint activity_mode_known check (mode in ('online', 'onsite', 'mixed')),
    constraint activity_level_known check (level in ('school', 'county', 'city', 'province', 'national')),
    constraint activity_state_known check (state in ('planned', 'live', 'ended', 'cancelled')),
    constraint activity_span check (planned_start < planned_end),
    constraint activity_guests_flag check (guests_allowed in (0, 1))
);

create index activity_by_studio on activity (studio, planned_start);
create index activity_by_state on activity (state, planned_start);
create index activity_by_start on activity (planned_start);
create index activity_by_series on activity (series, planned_start);

create table presenter (
    activity text not null,
    account text not null,
    position bigint not null,
    constraint presenter_key primary key (activity, account),
    constraint presenter_activity_exists foreign key (activity) references activity (id),
    constraint presenter_account_exists foreign key (account) references account (id)
);

create index presenter_by_account on presenter (account);

create table session (
    id text not null,
    activity text not null,
    started_at bigint not null,
    ended_at bigint,
    started_by text,
    constraint session_key primary key (id),
    constraint session_activity_exists foreign key (activity) references activity (id),
    constraint session_account_exists foreign key (started_by) references account (id),
    constraint session_span check (ended_at is null or started_at <= ended_at)
);

create index session_by_activity on session (activity, started_at);
create unique index session_live_taken on session (activity) where ended_at is null;

-- The ledger. Rows are never changed or taken away: triggers refuse it, and each row's hash covers the one before.
create table presence_event (
    session text not null,
    sequence bigint not null,
    id text not null,
    kind text not null,
    participant bigint,
    person text,
    detail text not null,
    monotonic_us bigint not null,
    wall_us bigint not null,
    previous_hash bytea not null,
    hash bytea not null,
    constraint presence_event_key primary key (session, sequence),
    constraint presence_event_id_taken unique (id),
    constraint presence_event_session_exists foreign key (session) references session (id),
    constraint presence_event_sequence_positive check (sequence > 0),
    constraint presence_event_participant_positive check (participant is null or participant > 0),
    constraint presence_event_kind_known check (kind in ('session_started', 'joined', 'lost', 'resumed', 'checkpoint', 'left', 'session_ended'))
);

create index presence_event_by_person on presence_event (person, session);
-- Counts the people of a Session without reading its checkpoints.
create index presence_event_joined on presence_event (session, person, participant) where kind = 'joined';

create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'presence_event_insert_only', constraint = 'presence_event_insert_only', errcode = 'check_violation';
end;
$$;

create trigger presence_event_no_change before update or delete or truncate on presence_event
for each statement execute function refuse_ledger_change();
