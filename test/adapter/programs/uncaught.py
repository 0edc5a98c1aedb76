# debug: exceptions uncaught
# debug: do next 3
def divide(a, b):
    quotient = a / b
    return quotient


def safe():
    try:
        divide(1, 0)
    except ZeroDivisionError:
        return 'safe'


print(safe())
numbers = [1, 2]
divide(numbers[0], 0)
