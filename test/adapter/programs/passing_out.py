# debug: break deep
# debug: do out, next 2, continue, out 3
def deep():
    value = 1  # <deep>
    raise RuntimeError(value)


def middle():
    try:
        deep()
    finally:
        print('cleaning')


def top():
    try:
        middle()
    except RuntimeError:
        print('handled')
    return 1


print(top())
print(top())
