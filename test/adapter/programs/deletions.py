# debug: break start
# debug: do next 20
def run(a, *rest, key='k', **others):
    b = a + len(rest)  # <start>
    del a
    rest = rest[1:]
    others['new'] = key
    del key, others['new']
    try:
        1 / 0
    except ZeroDivisionError as e:
        del b
    c = [1, 2, 3]
    del c[0]
    a = 'back'
    return a


print(run(1, 2, 3, extra=True))
