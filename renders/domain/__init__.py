"""Pure Python: what a render is and how it behaves. No Django, no Celery, no I/O."""
