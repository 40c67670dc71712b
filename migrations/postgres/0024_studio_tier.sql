-- Promotions and demotions of a Studio between tiers (逐级晋升和降级淘汰): rows that are only added. The Studio's own row has the tier of today.
create table studio_tier (
    studio text not null,
    ordinal bigint not null,
    from_tier text not null,
    to_tier text not null,
    reason text not null,
    decided_by text not null,
    decided_at bigint not null,
    constraint studio_tier_key primary key (studio, ordinal),
    constraint studio_tier_studio_exists foreign key (studio) references studio (id),
    constraint studio_tier_account_exists foreign key (decided_by) references account (id),
    constraint studio_tier_moves check (from_tier <> to_tier)
);
