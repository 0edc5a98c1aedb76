# debug: break start
# debug: break body
# debug: do in 40, next 10
import functools


def loud(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        return result + '!'
    return wrapper


def times(count):
    def decorate(function):
        def wrapper(text):
            return function(text) * count
        return wrapper
    return decorate


@times(2)  # <start>
@loud
def greet(name):
    word = 'hello ' + name  # <body>
    return word


print(greet('you'))
