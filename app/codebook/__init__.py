"""Code tables in memory: spelling of codes, ranges, look-up, tree, import with its check, maps between editions."""
