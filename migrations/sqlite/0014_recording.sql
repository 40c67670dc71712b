-- What is captured of a Session: one Recording, in the folder of its id. It is closed when the Session is over, then finished into what people watch.
create table recording (
    id text not null,
    session text not null,
    state text not null,
    started_at bigint not null,
    ended_at bigint,
    bytes bigint not null,
    duration_ms bigint,
    step text,
    permille bigint not null,
    failure text,
    attempts bigint not null,
    constraint recording_key primary key (id),
    constraint recording_session_exists foreign key (session) references session (id),
    constraint recording_session_taken unique (session),
    constraint recording_state_known check (state in ('recording', 'closed', 'finishing', 'finished', 'failed', 'empty')),
    constraint recording_span check (ended_at is null or started_at <= ended_at),
    constraint recording_permille check (permille between 0 and 1000)
);

create index recording_by_state on recording (state, started_at);
