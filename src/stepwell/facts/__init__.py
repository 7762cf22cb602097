"""What is true of a person: each fact present, absent or unknown, with the rows that say so."""
