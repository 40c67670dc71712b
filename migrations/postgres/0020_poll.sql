-- Polls of Sessions: what was asked, and, once closed, how many chose what.
create table poll (
    session text not null,
    number bigint not null,
    question text not null,
    -- As JSON: a list of texts, and of numbers.
    options text not null,
    several bigint not null,
    opened_at bigint not null,
    closed_at bigint,
    votes text,
    answered bigint,
    present bigint,
    -- Its result is not shown any more.
    put_away bigint not null,
    constraint poll_key primary key (session, number),
    constraint poll_session_exists foreign key (session) references session (id),
    constraint poll_number_positive check (number > 0),
    constraint poll_result_whole check (
        (closed_at is null and votes is null and answered is null and present is null)
        or (closed_at is not null and votes is not null and answered is not null and present is not null))
);

-- Who chose what in a poll that is open, so that nobody counts twice; taken away when it is closed. The bits of choices are the
-- places of the options.
create table poll_answer (
    session text not null,
    number bigint not null,
    person text not null,
    choices bigint not null,
    constraint poll_answer_key primary key (session, number, person),
    constraint poll_answer_poll_exists foreign key (session, number) references poll (session, number),
    constraint poll_answer_chosen check (choices > 0)
);
