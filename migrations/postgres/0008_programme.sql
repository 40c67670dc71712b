-- People of one name are told apart by their phone.
alter table account add column phone text;

create unique index account_phone_taken on account (phone);
