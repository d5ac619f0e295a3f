"""Background music of our own: what made it (`make.py`), the tracks, and what is known of them (`tracks.py`)."""
