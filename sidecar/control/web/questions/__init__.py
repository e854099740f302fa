"""What the pages ask of the record, and the values they get."""
