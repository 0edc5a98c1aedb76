# debug: break start
# debug: do in 40, next 10
def numbers(limit):
    i = 0
    while i < limit:
        yield i
        i += 1
    return 'done'


def wrapped(limit):
    result = yield from numbers(limit)
    yield result
    result = None


def consume():
    out = []
    for item in wrapped(2):
        out.append(item)
    return out


print(consume())  # <start>
it = numbers(1)
print(next(it))
print(next(it, 'end'))
