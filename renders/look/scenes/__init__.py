"""One composition for each kind of scene. Each takes a board and the content, and raises `NotEnough` where the
content does not hold what its kind needs."""
