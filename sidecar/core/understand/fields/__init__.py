"""Values by the name of their field: in JSON, CSV and tables that tools print."""
