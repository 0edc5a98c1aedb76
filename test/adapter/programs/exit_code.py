# debug: break start
# debug: exceptions uncaught
# debug: do next 9
import atexit
import sys


def leave(code):
    print('leaving')
    sys.exit(code)


atexit.register(print, 'at exit')
leave(3)  # <start>
