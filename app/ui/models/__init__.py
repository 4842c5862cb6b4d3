"""Item models of the pages: what a view asks for, never a query per cell."""
