# debug: break start
# debug: do in 22
import asyncio


class Resource:
    async def __aenter__(self):
        self.opened = True
        return self

    async def __aexit__(self, *exc):
        self.opened = False

    def __aiter__(self):
        self.left = 2
        return self

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return self.left


async def main():
    seen = []  # <start>
    async with Resource() as resource:
        async for item in resource:
            seen.append(item)
    return seen


print(asyncio.run(main()))
