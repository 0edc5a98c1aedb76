# debug: exceptions userUnhandled
# debug: do continue 6
import functools


def compare(a, b):
    if a == 3:
        raise TypeError('no three')
    return a - b


def handled():
    try:
        raise ValueError('inside')
    except ValueError:
        return 'ok'


print(handled())
try:
    print(functools.reduce(lambda a, b: compare(a, b), [5, 2, 0, 1]))
except TypeError as error:
    print(error)
print('end')
