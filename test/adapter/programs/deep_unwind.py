# debug: break thrown
# debug: do in 12, next 5
class Guard:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.exc = exc[0]
        return False


def throw():
    raise LookupError('x')  # <thrown>


def guarded():
    with Guard():
        for _ in range(2):
            throw()


def gen():
    try:
        yield guarded()
    finally:
        print('gen closed')


try:
    for thing in gen():
        print('never')
except LookupError:
    print('caught')
print('end')
