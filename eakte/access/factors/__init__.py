"""With what, beside the password, do people prove who they are?"""
