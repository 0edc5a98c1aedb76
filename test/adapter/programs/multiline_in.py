# debug: break start
# debug: do in 20
def one():
    return 1


def two(a):
    return a * 2


value = two(  # <start>
    one()
)
total = sum([
    one(),
    two(3),
    two(one()),
])
print(value,
      total)
