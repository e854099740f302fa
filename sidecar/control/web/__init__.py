"""What people see and programs ask: the console's pages, the API, and who may do what there."""
