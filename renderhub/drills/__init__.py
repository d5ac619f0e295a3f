"""A whole RenderHub of real processes in a folder of its own, and what can be done to it: for `manage.py drill` and the
chaos benchmark. It never touches a database, a broker or a process that it did not start.
"""
