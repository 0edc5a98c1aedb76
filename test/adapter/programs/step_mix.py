# debug: break start
# debug: do in, next, in, out, next, in 3, out, out, next 2, in, out, next 20
def leaf(n):
    m = n + 1
    return m


def branch(n):
    a = leaf(n)
    b = leaf(a) + leaf(a + 1)
    return a + b


def trunk():
    total = 0
    for n in range(2):
        total += branch(n)
    return total


print(trunk())  # <start>
print('end')
