"""Quality control: rules as data, compiled once, run on one record at a time; the 100-point score."""
