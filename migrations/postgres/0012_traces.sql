-- Whose word a decision is, who changed the days of a Membership, and which attachments may go.

-- The height of the office that decided: a lower one does not decide anew. Of earlier decisions it is the height that the
-- office of whoever decided has today.

alter table level_confirmation add column tier text not null default 'county'
    constraint level_confirmation_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table level_confirmation disable trigger level_confirmation_no_change;
update level_confirmation set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
alter table level_confirmation enable trigger level_confirmation_no_change;

alter table choice_decided add column tier text not null default 'county'
    constraint choice_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table choice_decided disable trigger choice_decided_no_change;
update choice_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
alter table choice_decided enable trigger choice_decided_no_change;

alter table veto_found add column tier text not null default 'county'
    constraint veto_found_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table veto_found disable trigger veto_found_no_change;
update veto_found set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = found_by), 'county');
alter table veto_found enable trigger veto_found_no_change;

alter table veto_lifted add column tier text not null default 'county'
    constraint veto_lifted_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table veto_lifted disable trigger veto_lifted_no_change;
update veto_lifted set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = lifted_by), 'county');
alter table veto_lifted enable trigger veto_lifted_no_change;

alter table grade_decided add column tier text not null default 'county'
    constraint grade_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table grade_decided disable trigger grade_decided_no_change;
update grade_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
alter table grade_decided enable trigger grade_decided_no_change;

alter table evidence_decided add column tier text not null default 'county'
    constraint evidence_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table evidence_decided disable trigger evidence_decided_no_change;
update evidence_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
alter table evidence_decided enable trigger evidence_decided_no_change;

alter table notice_decided add column tier text not null default 'county'
    constraint notice_decided_tier_known check (tier in ('county', 'city', 'province', 'platform'));
alter table notice_decided disable trigger notice_decided_no_change;
update notice_decided set tier = coalesce((
    select case a.role when 'admin' then 'platform' else r.kind end
    from account a left join region r on r.id = a.scope where a.id = decided_by), 'county');
alter table notice_decided enable trigger notice_decided_no_change;

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

create function refuse_membership_changed_change() returns trigger language plpgsql as $$
begin
    raise exception using message = 'membership_changed_insert_only', constraint = 'membership_changed_insert_only',
        errcode = 'check_violation';
end;
$$;

create trigger membership_changed_no_change before update or delete or truncate on membership_changed
for each statement execute function refuse_membership_changed_change();

-- What proves something stays; what nothing refers to may go.
create index attachment_by_digest on attachment (digest);

drop trigger attachment_no_change on attachment;

create trigger attachment_no_change before update or truncate on attachment
for each statement execute function refuse_case_change();

create function refuse_used_attachment() returns trigger language plpgsql as $$
begin
    if exists (select 1 from attachment_use u where u.attachment = old.id)
        or exists (select 1 from evidence_attachment u where u.attachment = old.id) then
        raise exception using message = 'case_insert_only', constraint = 'case_insert_only', errcode = 'check_violation';
    end if;
    return old;
end;
$$;

create trigger attachment_no_delete before delete on attachment
for each row execute function refuse_used_attachment();
