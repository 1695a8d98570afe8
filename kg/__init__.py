"""Knowledge graphs from lists of research papers."""
