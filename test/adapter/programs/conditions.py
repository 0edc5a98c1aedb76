# debug: break loop if i == 3 or name == 'e'
# debug: break wrong if nonsense > 1
# debug: break inner if (lambda q: q > limit)(x)
# debug: do next, continue 10
limit = 2


def inner(x):
    return x + 1  # <inner>


def run():
    for i, name in enumerate('abcdef'):
        y = inner(i)  # <loop>
    return y


print(run())
print('end')  # <wrong>
