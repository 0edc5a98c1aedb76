# debug: break start
# debug: do in 30
import contextlib


class Timer:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.ticks = 1
        return self

    def __exit__(self, kind, value, traceback):
        self.ticks += 1
        return kind is KeyError


@contextlib.contextmanager
def tag(name):
    print('<' + name + '>')
    try:
        yield name.upper()
    finally:
        print('</' + name + '>')


def run():
    with Timer('t') as timer:  # <start>
        x = timer.ticks
        raise KeyError('swallowed')
    with tag('b') as upper, Timer('u'):
        y = upper + str(x)
    return y


print(run())
