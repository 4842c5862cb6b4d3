"""Review of a batch by its texts (批量自动编码): equal texts are one row, one answer codes them all."""
