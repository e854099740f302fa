"""The saved questions, and their answers as a table, CSV, JSON or a page to print."""
