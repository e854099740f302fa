"""Where rules come from: files, read, watched and swapped whole."""
