"""Where the control plane keeps its state: SQLite on one machine, PostgreSQL for several replicas."""
