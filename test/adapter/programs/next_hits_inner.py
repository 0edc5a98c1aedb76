# debug: break start
# debug: break inside
# debug: do next, next 3, out, next, next, out, continue, next 4
def inside(n):
    value = n  # <inside>
    return value * 2


def run():
    a = 1  # <start>
    b = inside(a)
    c = inside(b)
    d = inside(c)
    return d


print(run())
