# debug: break start
# debug: break imported_by.py:setting
# debug: break imported_by.py:called if text == 'b'
# debug: do in 3, next 3, continue, next 2, in 8, continue, out, next 4
import sys
before = len('abc')  # <start>
import imported_by
from imported_by import shout as loud
print(loud('a'))
for letter in 'ab':
    print(imported_by.shout(letter))
print('imported_by' in sys.modules)
