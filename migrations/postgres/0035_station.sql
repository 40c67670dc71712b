-- 名师工作站: bodies that an office has set up to guide its Studios. Rows that are only added.
create table station (
    id text not null,
    region text not null,
    name text not null,
    seat text not null,
    from_day bigint not null,
    reason text not null,
    opened_by text not null,
    opened_at bigint not null,
    constraint station_key primary key (id),
    constraint station_region_exists foreign key (region) references region (id),
    constraint station_opener_exists foreign key (opened_by) references account (id)
);

create table station_closed (
    station text not null,
    last_day bigint not null,
    reason text not null,
    closed_by text not null,
    closed_at bigint not null,
    constraint station_closed_key primary key (station),
    constraint station_closed_station_exists foreign key (station) references station (id),
    constraint station_closed_closer_exists foreign key (closed_by) references account (id)
);

create trigger station_no_change before update or delete or truncate on station
for each statement execute function refuse_assessment_change();

create trigger station_closed_no_change before update or delete or truncate on station_closed
for each statement execute function refuse_assessment_change();
