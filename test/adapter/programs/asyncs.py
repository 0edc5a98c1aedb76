# debug: break start
# debug: break deep
# debug: do next 3, in 3, continue, next 2, out, next 3, next 10
import asyncio


async def fetch(n):
    value = n * 10
    await asyncio.sleep(0)
    value += 1  # <deep>
    return value


async def main():
    total = 0  # <start>
    first = await fetch(1)
    total += first
    second = await fetch(2)
    total += second
    return total


print(asyncio.run(main()))
print('end')
