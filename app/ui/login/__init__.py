"""Who sits at the window: signing in, locking, switching, the first administrator, the users of the library."""
