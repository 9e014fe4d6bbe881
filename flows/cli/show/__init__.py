"""What commands print for people: tables, summaries, diagnoses."""
