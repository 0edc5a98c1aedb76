# debug: break inside
# debug: do out, next, continue, out, out, next 5
def source():
    value = 10
    value += 1  # <inside>
    yield value
    value += 5  # <second>
    yield value
    value = 0


def middle():
    total = 0
    for value in source():
        total += value
        print(value)
    return total


def top():
    return middle() + 1


print(top())
