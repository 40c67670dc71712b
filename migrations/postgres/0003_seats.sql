-- Classrooms, printed codes, and people counted by where they were seen.

-- A shared device of a School, in front of which many people take part in an Activity.
create table classroom (
    id text not null,
    activity text not null,
    school text not null,
    name text not null,
    expected bigint,
    created_at bigint not null,
    closed_at bigint,
    constraint classroom_key primary key (id),
    constraint classroom_activity_exists foreign key (activity) references activity (id),
    constraint classroom_school_exists foreign key (school) references school (id),
    constraint classroom_expected_positive check (expected is null or expected > 0)
);

create index classroom_by_activity on classroom (activity, created_at);
-- A closed one gives its name back.
create unique index classroom_name_taken on classroom (activity, school, name) where closed_at is null;

-- A code on paper, with which people check in at the site of an Activity between two moments.
create table printed_code (
    id text not null,
    activity text not null,
    from_at bigint not null,
    to_at bigint not null,
    created_at bigint not null,
    closed_at bigint,
    constraint printed_code_key primary key (id),
    constraint printed_code_activity_exists foreign key (activity) references activity (id),
    constraint printed_code_span check (from_at < to_at)
);

create index printed_code_by_activity on printed_code (activity, from_at);

-- Counts the people of a Session, online and seated, without reading its checkpoints.
drop index presence_event_joined;
create index presence_event_came on presence_event (session, person) where kind in ('joined', 'seated');
