# debug: entry
# debug: do next 30
"""Docstring that is none."""
import os
from os import path

NAME = 'module'
if path.sep == os.sep:
    SAME = True
else:
    SAME = False
for letter in NAME[:2]:
    last = letter
try:
    undefined
except NameError:
    UNDEFINED = True
del last
print(NAME, SAME, UNDEFINED)
if __name__ == '__main__':
    print('main')
