"""The last of the apps: when it is ready, everything is loaded.

What is loaded stays for good. Looking for garbage in it again and again, which Python does the more the more it loads,
took a quarter of a process's start: it begins afterwards, and leaves out what was there by then.
"""
