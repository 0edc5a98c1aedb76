# debug: break last
# debug: do next 12
def inner():
    x = 1
    x += 1  # <last>


def outer():
    inner()
    inner()
    return 'outer'


def only_call():
    return outer()


print(only_call())
print('end')
