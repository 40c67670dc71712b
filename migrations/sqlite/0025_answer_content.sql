-- The Scorecard that an answer counted anew, as JSON: what the number that stands since opens to. Answers before this migration have none.
alter table year_end_answer add column content text;
