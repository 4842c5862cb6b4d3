"""From what physicians write to codes: normal form, recall, ranking, bands, search box."""
