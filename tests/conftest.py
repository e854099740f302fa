"""What holds for every test."""

from hypothesis import settings

# A test is about what is right. On a busy machine one example may take a second, and that is no mistake of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
