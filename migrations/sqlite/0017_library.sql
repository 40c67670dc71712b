-- A line of text of a Resource that searches find, as it is and as tokens. `weight` tells what finding it is worth.
create table resource_line (
    line integer not null,
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

create virtual table resource_line_index using fts5 (tokens, content = 'resource_line', content_rowid = 'line', tokenize = 'ascii');

create trigger resource_line_indexed after insert on resource_line
begin
    insert into resource_line_index (rowid, tokens) values (new.line, new.tokens);
end;

create trigger resource_line_forgotten after delete on resource_line
begin
    insert into resource_line_index (resource_line_index, rowid, tokens) values ('delete', old.line, old.tokens);
end;
