-- What one person watched on one day, as a JSON list of spans of the whole recording, apart from each other.
create table resource_view (
    resource text not null,
    account text not null,
    day bigint not null,
    seen text not null,
    watched_ms bigint not null,
    position_ms bigint not null,
    speed_permille bigint not null,
    reported_at bigint not null,
    constraint resource_view_key primary key (resource, account, day),
    constraint resource_view_resource_exists foreign key (resource) references resource (id),
    constraint resource_view_account_exists foreign key (account) references account (id)
);

create index resource_view_by_account on resource_view (account, day);

-- A comment that was taken away keeps its row, and who took it away.
create table resource_comment (
    id text not null,
    resource text not null,
    account text not null,
    ms bigint,
    text text not null,
    made_at bigint not null,
    deleted_by text,
    deleted_at bigint,
    constraint resource_comment_key primary key (id),
    constraint resource_comment_resource_exists foreign key (resource) references resource (id),
    constraint resource_comment_account_exists foreign key (account) references account (id),
    constraint resource_comment_deleter_exists foreign key (deleted_by) references account (id)
);

create index resource_comment_by_resource on resource_comment (resource, made_at);

-- The last one of a person counts.
create table resource_rating (
    resource text not null,
    account text not null,
    stars bigint not null,
    text text,
    rated_at bigint not null,
    constraint resource_rating_key primary key (resource, account),
    constraint resource_rating_resource_exists foreign key (resource) references resource (id),
    constraint resource_rating_account_exists foreign key (account) references account (id),
    constraint resource_rating_stars check (stars between 1 and 5)
);

-- What a teacher collects for their own lessons.
create table lesson_plan (
    id text not null,
    account text not null,
    title text not null,
    created_at bigint not null,
    constraint lesson_plan_key primary key (id),
    constraint lesson_plan_account_exists foreign key (account) references account (id),
    constraint lesson_plan_title_taken unique (account, title)
);

create table lesson_plan_resource (
    plan text not null,
    resource text not null,
    collected_at bigint not null,
    constraint lesson_plan_resource_key primary key (plan, resource),
    constraint lesson_plan_resource_plan_exists foreign key (plan) references lesson_plan (id),
    constraint lesson_plan_resource_resource_exists foreign key (resource) references resource (id)
);

create index lesson_plan_resource_by_resource on lesson_plan_resource (resource);
