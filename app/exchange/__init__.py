"""Files in and out: Excel, CSV, DBF, codebooks and scheme packages. Yields raw tables and case records."""
