"""What to ask next: each open question, by how much its answer bears on."""
