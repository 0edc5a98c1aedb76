# debug: break body
# debug: break after hits 1
# debug: do next 3, continue, next 2, continue 5, next 30
def count(limit):
    total = 0
    for i in range(limit):
        if i % 2:
            continue
        total += i  # <body>
    else:
        total += 100
    while total > 90:
        total -= 7
        if total < 95:
            break
    return total  # <after>


print(count(9))
numbers = [count(n) for n in (1, 2)]
print(numbers)
