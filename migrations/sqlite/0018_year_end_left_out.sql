-- Studios of the Region under the Policy that a YearEnd left out when it was frozen, and why: their tier is for a higher office, or
-- another YearEnd has them. The name is that of the day.
create table year_end_left_out (
    year_end text not null,
    studio text not null,
    name text not null,
    reason text not null,
    constraint year_end_left_out_key primary key (year_end, studio),
    constraint year_end_left_out_year_end_exists foreign key (year_end) references year_end (id),
    constraint year_end_left_out_studio_exists foreign key (studio) references studio (id),
    constraint year_end_left_out_reason_known check (reason in ('above', 'taken'))
);

create trigger year_end_left_out_no_update before update on year_end_left_out
begin
    select raise(abort, 'year_end_insert_only');
end;

create trigger year_end_left_out_no_delete before delete on year_end_left_out
begin
    select raise(abort, 'year_end_insert_only');
end;
