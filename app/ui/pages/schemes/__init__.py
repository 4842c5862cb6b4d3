"""Code books, grouping schemes, weights and rates (方案): what is in use, what can be imported, what was refused."""
