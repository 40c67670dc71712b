-- What an Activity was when a notice of it was approved (the day, the place, who presents), so that a later change is seen; none of
-- notices that were approved before.
create table notice_about (
    notice text not null,
    planned_start bigint not null,
    planned_end bigint not null,
    place text not null,
    presenters text not null,
    constraint notice_about_key primary key (notice),
    constraint notice_about_notice_exists foreign key (notice) references notice (id)
);

-- Whoever asked for a transfer took it back before anybody decided.
create table transfer_withdrawn (
    transfer text not null,
    withdrawn_by text not null,
    withdrawn_at bigint not null,
    constraint transfer_withdrawn_key primary key (transfer),
    constraint transfer_withdrawn_transfer_exists foreign key (transfer) references transfer (id),
    constraint transfer_withdrawn_by_exists foreign key (withdrawn_by) references account (id)
);

-- Whoever handed in a piece of Evidence took it back before anybody decided.
create table evidence_withdrawn (
    evidence text not null,
    withdrawn_by text not null,
    withdrawn_at bigint not null,
    constraint evidence_withdrawn_key primary key (evidence),
    constraint evidence_withdrawn_evidence_exists foreign key (evidence) references evidence (id),
    constraint evidence_withdrawn_by_exists foreign key (withdrawn_by) references account (id)
);

create trigger notice_about_no_update before update on notice_about
begin
    select raise(abort, 'notice_insert_only');
end;

create trigger notice_about_no_delete before delete on notice_about
begin
    select raise(abort, 'notice_insert_only');
end;

create trigger transfer_withdrawn_no_update before update on transfer_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;

create trigger transfer_withdrawn_no_delete before delete on transfer_withdrawn
begin
    select raise(abort, 'application_insert_only');
end;

create trigger evidence_withdrawn_no_update before update on evidence_withdrawn
begin
    select raise(abort, 'assessment_insert_only');
end;

create trigger evidence_withdrawn_no_delete before delete on evidence_withdrawn
begin
    select raise(abort, 'assessment_insert_only');
end;

-- An office spoke for a Studio that had no host on that day.
alter table application_reviewed add column in_place bigint not null default 0
    constraint application_reviewed_in_place_flag check (in_place in (0, 1));
