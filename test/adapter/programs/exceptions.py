# debug: break start
# debug: do next 3, in 25
def risky(n):
    try:
        if n == 0:
            raise ValueError('zero')
        return 10 // (n - 1)
    except ZeroDivisionError as problem:
        text = str(problem)
        return text
    finally:
        print('finally', n)


def outer(n):
    try:
        return risky(n)
    except ValueError:
        return 'caught'
    else:
        return 'never'


print(outer(3))  # <start>
print(outer(1))
print(outer(0))
