"""Where data planes connect: questions come in, answers and blocks go out."""
