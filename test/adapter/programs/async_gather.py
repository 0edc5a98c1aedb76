# debug: break worked
# debug: break joined
# debug: do continue, next, continue, next 5
import asyncio


async def worker(name, delay):
    for _ in range(delay):
        await asyncio.sleep(0)
    message = name + ' done'  # <worked>
    return message


async def main():
    results = await asyncio.gather(worker('a', 1), worker('b', 3), worker('c', 2))
    print(results)  # <joined>
    return len(results)


count = asyncio.run(main())
print(count)
