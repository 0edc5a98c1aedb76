# debug: exceptions raised
# debug: break loop if item == 2
# debug: do next 4, continue, next 3, continue
import contextlib


def items():
    try:
        yield 1
        yield 2
    finally:
        print('closed')


def run():
    with contextlib.suppress(LookupError):
        for item in items():
            print(item)  # <loop>
            if item == 2:
                raise LookupError(item)
    with contextlib.suppress(ValueError):
        int('x')
    return 'ran'


print(run())
