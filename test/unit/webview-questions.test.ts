import assert from 'node:assert/strict';
import type { FunctionSlice } from '../../src/protocol/engine.ts';
import type { HostToViewer, ViewerToHost } from '../../src/protocol/viewer.ts';
import { fromWire, toWire } from '../../src/protocol/viewer.ts';
import { LatestQuestion, Questions, RefusedError, StaleError } from '../../webview/questions.ts';

type Query = Extract<ViewerToHost, { type: 'query' }>;

function setUp() {
  const asked: Query[] = [];
  const questions = new Questions((message) => asked.push(message as Query));
  return { asked, questions };
}

const params = (count: number) => ({ event: 0, sort: 'self' as const, descending: true, search: '', from: 0, count });
const slice = (matching: number): FunctionSlice => ({ matching, rows: [] });
const answer = (id: number, result: unknown): HostToViewer => ({ type: 'answer', id, result });

describe('questions', () => {
  it('pairs answers with questions whatever their order', async () => {
    const { asked, questions } = setUp();
    const first = questions.ask('functions', params(1));
    const second = questions.ask('functions', params(2));
    assert.notEqual(asked[0].id, asked[1].id);
    assert.equal(questions.receive(answer(asked[1].id, slice(22))), true);
    assert.equal(questions.receive(answer(asked[0].id, slice(11))), true);
    assert.equal((await first).matching, 11);
    assert.equal((await second).matching, 22);
  });

  it('rejects with what the engine said', async () => {
    const { asked, questions } = setUp();
    const asking = questions.ask('functions', params(1));
    questions.receive({ type: 'refused', id: asked[0].id, message: 'the profile has no event 7' });
    await assert.rejects(asking, (error) => error instanceof RefusedError && error.message === 'the profile has no event 7');
  });

  it('drops answers nobody waits for, and leaves other messages to others', () => {
    const { questions } = setUp();
    assert.equal(questions.receive(answer(99, {})), true);
    assert.equal(questions.receive({ type: 'event', event: 1 }), false);
  });

  it('forgets open questions when another profile is opened', async () => {
    const { asked, questions } = setUp();
    const asking = questions.ask('functions', params(1));
    questions.forget();
    await assert.rejects(asking, StaleError);
    questions.receive(answer(asked[0].id, slice(1)));
  });

  it('gives a map back that a webview message cannot carry', async () => {
    const { asked, questions } = setUp();
    const asking = questions.ask('flame', { event: 0, order: 'left-heavy', from: 0, to: 1, width: 100, minDepth: 0, maxDepth: 9 });
    const sent: unknown = JSON.parse(JSON.stringify(toWire({ names: new Map([[3, 'main'], [7, 'run']]), depthCount: 2 })));
    questions.receive(answer(asked[0].id, sent));
    const result = await asking;
    assert.ok(result.names instanceof Map);
    assert.deepEqual([...result.names], [[3, 'main'], [7, 'run']]);
    assert.equal(result.depthCount, 2);
  });

  it('leaves answers without maps as they are', () => {
    const rows = [{ line: 1 }];
    assert.equal(toWire(rows), rows);
    assert.equal(fromWire(rows), rows);
    assert.equal(toWire(null), null);
    const plain = { rows, matching: 1 };
    assert.equal(toWire(plain), plain);
    assert.equal(fromWire(plain), plain);
  });
});

describe('latest question', () => {
  const counts = (asked: readonly Query[]) => asked.map((query) => ('count' in query.params ? query.params.count : undefined));
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('has one question under way and remembers only the newest', async () => {
    const { asked, questions } = setUp();
    const latest = new LatestQuestion(questions, 'functions');
    const results = [1, 2, 3, 4].map((count) => latest.ask(params(count)));
    assert.deepEqual(counts(asked), [1]);
    questions.receive(answer(asked[0].id, slice(1)));
    await settle();
    assert.deepEqual(counts(asked), [1, 4]);
    questions.receive(answer(asked[1].id, slice(4)));
    assert.deepEqual((await Promise.all(results)).map((result) => result?.matching), [undefined, undefined, undefined, 4]);
  });

  it('gives an overtaken answer where it is wanted', async () => {
    const { asked, questions } = setUp();
    const latest = new LatestQuestion(questions, 'functions', true);
    const first = latest.ask(params(1));
    const second = latest.ask(params(2));
    questions.receive(answer(asked[0].id, slice(1)));
    await settle();
    questions.receive(answer(asked[1].id, slice(2)));
    assert.equal((await first)?.matching, 1);
    assert.equal((await second)?.matching, 2);
  });

  it('goes on after a refusal', async () => {
    const { asked, questions } = setUp();
    const latest = new LatestQuestion(questions, 'functions');
    const first = latest.ask(params(1));
    const second = latest.ask(params(2));
    questions.receive({ type: 'refused', id: asked[0].id, message: 'no' });
    await assert.rejects(first, RefusedError);
    questions.receive(answer(asked[1].id, slice(2)));
    assert.equal((await second)?.matching, 2);
  });
});
