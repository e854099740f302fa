"""Every setting, its default and its sentence; the only reader of the environment."""
