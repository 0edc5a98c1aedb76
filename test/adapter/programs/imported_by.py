"""A module that importing.py imports."""
SETTING = 'loud'  # <setting>
SUFFIX = '!' * 3


def shout(text):
    word = text.upper()  # <called>
    return word + SUFFIX
