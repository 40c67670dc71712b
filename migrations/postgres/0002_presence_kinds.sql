-- The kinds of ledger lines are the server's words (`domain::presence::PresenceKind`); it refuses to read others. A list here
-- would have to be written anew for each new one.

alter table presence_event drop constraint presence_event_kind_known;
