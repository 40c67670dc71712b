-- Whose word a decision is, who changed the days of a Membership, and which attachments may go.

-- The height of the office that decided: a lower one does not decide anew. Of earlier decisions it is the height that the
-- office of whoever decided has today.

alter table level_confirmation add column tier text not null default 'county'
    constraint level_confirmation_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger level_confirmation_no_update;
update level_confirmation set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
create trigger level_confirmation_no_update before update on level_confirmation
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table choice_decided add column tier text not null default 'county'
    constraint choice_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger choice_decided_no_update;
update choice_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
create trigger choice_decided_no_update before update on choice_decided
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table veto_found add column tier text not null default 'county'
    constraint veto_found_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger veto_found_no_update;
update veto_found set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = found_by), 'county');
create trigger veto_found_no_update before update on veto_found
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table veto_lifted add column tier text not null default 'county'
    constraint veto_lifted_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger veto_lifted_no_update;
update veto_lifted set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = lifted_by), 'county');
create trigger veto_lifted_no_update before update on veto_lifted
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table grade_decided add column tier text not null default 'county'
    constraint grade_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger grade_decided_no_update;
update grade_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
create trigger grade_decided_no_update before update on grade_decided
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table evidence_decided add column tier text not null default 'county'
    constraint evidence_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger evidence_decided_no_update;
update evidence_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
create trigger evidence_decided_no_update before update on evidence_decided
begin
    select raise(abort, 'assessment_insert_only');
end;

alter table notice_decided add column tier text not null default 'county'
    constraint notice_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
drop trigger notice_decided_no_update;
update notice_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
create trigger notice_decided_no_update before update on notice_decided
begin
    select raise(abort, 'notice_insert_only');
end;

-- Who set the days of a Membership, and why. Nothing stood before where it was begun; it goes on where there is no last day.
create table membership_changed (
    membership text not null,
    ordinal bigint not null,
    before_from bigint,
    before_to bigint,
    after_from bigint not null,
    after_to bigint,
    reason text not null,
    changed_by text not null,
    changed_at bigint not null,
    constraint membership_changed_key primary key (membership, ordinal),
    constraint membership_changed_membership_exists foreign key (membership) references membership (id),
    constraint membership_changed_by_exists foreign key (changed_by) references account (id)
);

create trigger membership_changed_no_update before update on membership_changed
begin
    select raise(abort, 'membership_changed_insert_only');
end;

create trigger membership_changed_no_delete before delete on membership_changed
begin
    select raise(abort, 'membership_changed_insert_only');
end;

-- What proves something stays; what nothing refers to may go.
create index attachment_by_digest on attachment (digest);

drop trigger attachment_no_delete;

create trigger attachment_no_delete before delete on attachment
when exists (select 1 from attachment_use u where u.attachment = old.id)
    or exists (select 1 from evidence_attachment u where u.attachment = old.id)
begin
    select raise(abort, 'case_insert_only');
end;
