"""One file for each thing that can be started; the only place where concrete classes meet."""
