# debug: break deep
# debug: do next 12
def deep(n):
    items = [n]  # <deep>
    return items[5]


def middle(n):
    before = n + 1
    value = deep(before)
    return value


def top():
    try:
        return middle(1)
    except IndexError as error:
        word = type(error).__name__
    return word


print(top())
print('end')
