# debug: break start
# debug: exceptions uncaught
# debug: do next 9
def fail(x):
    y = x + 1  # <start>
    raise OSError(5, 'broken')


def caller():
    z = 1
    fail(z)
    print('no')


caller()
