"""How states, times and errors are told to people: the same on pages, in mails and in chats (LOOK, "Pages").

Plain Python over the models: no requests, no templates. `renders/templatetags/presentation.py` turns it into HTML.
"""
