# debug: break start
# debug: do in 6, continue
import sys


def stop():
    raise SystemExit('words for stderr')


try:
    stop()  # <start>
finally:
    print('finally')
