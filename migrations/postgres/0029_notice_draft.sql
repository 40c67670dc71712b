-- What hosts have written of an Activity's next notice and not sent yet: one for all of them. `revision` counts up with each saving.
create table notice_draft (
    activity text not null,
    content text not null,
    revision bigint not null,
    saved_by text not null,
    saved_at bigint not null,
    constraint notice_draft_key primary key (activity),
    constraint notice_draft_activity_exists foreign key (activity) references activity (id),
    constraint notice_draft_by_exists foreign key (saved_by) references account (id)
);
