"""Types of the domain: fields, dictionaries, the case record, findings, groupings. Plain values."""
