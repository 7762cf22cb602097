"""Many people: from their reviews to tables of counts, pathways and pictures."""
