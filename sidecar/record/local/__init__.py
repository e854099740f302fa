"""A ClickHouse for one machine: the engine as a library, behind ClickHouse's own HTTP interface. Development only."""
