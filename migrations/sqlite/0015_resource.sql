-- Resource: what a Studio publishes. `hidden` and `cut` are JSON lists of spans in milliseconds of the whole recording.
create table resource (
    id text not null,
    studio text not null,
    kind text not null,
    title text not null,
    summary text not null,
    subject text,
    stage text,
    activity text,
    series text,
    recording text,
    state text not null,
    visibility text not null,
    selection text not null,
    downloadable bigint not null,
    duration_ms bigint,
    bytes bigint not null,
    hidden text not null,
    cut text not null,
    created_by text,
    created_at bigint not null,
    published_at bigint,
    withdrawn_reason text,
    selection_reason text,
    nominated_at bigint,
    legal_hold bigint not null,
    keep_until bigint,
    emptied bigint not null,
    constraint resource_key primary key (id),
    constraint resource_studio_exists foreign key (studio) references studio (id),
    constraint resource_activity_exists foreign key (activity) references activity (id),
    constraint resource_series_exists foreign key (series) references series (id),
    constraint resource_recording_exists foreign key (recording) references recording (id),
    constraint resource_creator_exists foreign key (created_by) references account (id),
    constraint resource_recording_taken unique (recording),
    constraint resource_kind_known check (kind in ('recording', 'micro_lesson', 'case_study', 'courseware', 'other')),
    constraint resource_state_known check (state in ('draft', 'in_review', 'published', 'withdrawn')),
    constraint resource_visibility_known check (visibility in ('studio', 'region', 'public')),
    constraint resource_selection_known check (selection in ('none', 'nominated', 'selected')),
    constraint resource_downloadable_flag check (downloadable in (0, 1)),
    constraint resource_legal_hold_flag check (legal_hold in (0, 1)),
    constraint resource_emptied_flag check (emptied in (0, 1))
);

create index resource_by_studio on resource (studio, state);
create index resource_by_series on resource (series);
create index resource_by_activity on resource (activity);
create index resource_by_published on resource (state, published_at);

create table resource_presenter (
    resource text not null,
    position bigint not null,
    account text,
    name text not null,
    constraint resource_presenter_key primary key (resource, position),
    constraint resource_presenter_resource_exists foreign key (resource) references resource (id),
    constraint resource_presenter_account_exists foreign key (account) references account (id)
);

-- An object in the storage, under the id of the Resource and this name. `withheld` from all but keepers, because it shows a hidden part.
create table resource_file (
    resource text not null,
    name text not null,
    media_type text not null,
    bytes bigint not null,
    sha256 blob not null,
    withheld bigint not null,
    constraint resource_file_key primary key (resource, name),
    constraint resource_file_resource_exists foreign key (resource) references resource (id),
    constraint resource_file_withheld_flag check (withheld in (0, 1))
);

-- Chapters, chat and subtitles as JSON lists, in times of the whole recording.
create table resource_content (
    resource text not null,
    chapters text not null,
    chat text not null,
    subtitles text not null,
    constraint resource_content_key primary key (resource),
    constraint resource_content_resource_exists foreign key (resource) references resource (id)
);

create table resource_attachment (
    resource text not null,
    attachment text not null,
    position bigint not null,
    constraint resource_attachment_key primary key (resource, attachment),
    constraint resource_attachment_resource_exists foreign key (resource) references resource (id),
    constraint resource_attachment_attachment_exists foreign key (attachment) references attachment (id)
);

create index resource_attachment_by_attachment on resource_attachment (attachment);

-- What was done with it, by whom and why; only added to.
create table resource_step (
    resource text not null,
    ordinal bigint not null,
    step text not null,
    reason text not null,
    taken_by text not null,
    taken_at bigint not null,
    tier text,
    constraint resource_step_key primary key (resource, ordinal),
    constraint resource_step_resource_exists foreign key (resource) references resource (id),
    constraint resource_step_taker_exists foreign key (taken_by) references account (id)
);

create trigger resource_step_no_update before update on resource_step
begin
    select raise(abort, 'resource_insert_only');
end;

create trigger resource_step_no_delete before delete on resource_step
begin
    select raise(abort, 'resource_insert_only');
end;
