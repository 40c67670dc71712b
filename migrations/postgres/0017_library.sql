-- A line of text of a Resource that searches find, as it is and as tokens. `weight` tells what finding it is worth.
create table resource_line (
    line bigint generated always as identity,
    resource text not null,
    place text not null,
    weight bigint not null,
    ms bigint,
    text text not null,
    tokens text not null,
    constraint resource_line_key primary key (line),
    constraint resource_line_resource_exists foreign key (resource) references resource (id)
);

create index resource_line_by_resource on resource_line (resource);
create index resource_line_index on resource_line using gin (to_tsvector('simple'::regconfig, tokens));
