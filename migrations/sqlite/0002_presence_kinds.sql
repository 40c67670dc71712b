-- The kinds of ledger lines are the server's words (`domain::presence::PresenceKind`); it refuses to read others. A list here
-- would have to be written anew, with the whole ledger on SQLite, for each new one.

create table presence_event_next (
    session text not null,
    sequence bigint not null,
    id text not null,
    kind text not null,
    participant bigint,
    person text,
    detail text not null,
    monotonic_us bigint not null,
    wall_us bigint not null,
    previous_hash blob not null,
    hash blob not null,
    constraint presence_event_key primary key (session, sequence),
    constraint presence_event_id_taken unique (id),
    constraint presence_event_session_exists foreign key (session) references session (id),
    constraint presence_event_sequence_positive check (sequence > 0),
    constraint presence_event_participant_positive check (participant is null or participant > 0)
);

insert into presence_event_next select * from presence_event order by session, sequence;
drop table presence_event;
alter table presence_event_next rename to presence_event;

create index presence_event_by_person on presence_event (person, session);
-- Counts the people of a Session without reading its checkpoints.
create index presence_event_joined on presence_event (session, person, participant) where kind = 'joined';

create trigger presence_event_no_update before update on presence_event
begin
    select raise(abort, 'presence_event_insert_only');
end;

create trigger presence_event_no_delete before delete on presence_event
begin
    select raise(abort, 'presence_event_insert_only');
end;
