# debug: break squared
# debug: do continue, next, out, continue, next 3
from concurrent.futures import ThreadPoolExecutor


def square(n):
    result = n * n  # <squared>
    return result


with ThreadPoolExecutor(max_workers=1) as pool:
    for n in range(4):
        print(pool.submit(square, n).result())
print('done')
