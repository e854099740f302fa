"""The record in ClickHouse: its tables, and how the spool gets there."""
