import assert from 'node:assert/strict';
import { refusalWords } from '../../src/debug/delve/breakpoints/refusals.ts';
import { goroutineFilters } from '../../src/debug/delve/stops/goroutineFilters.ts';
import { unquoted } from '../../src/debug/delve/stops/exceptions.ts';
import { assignmentWords } from '../../src/debug/delve/values/assignmentWords.ts';

describe('Delve: words for people', () => {
  it('what dlv says clearly stays as it is', () => {
    assert.equal(refusalWords('something new', {}), 'something new');
    assert.equal(assignmentWords('something new', '1', 'int'), 'Something new.');
  });

  it('a syntax error is the condition\'s only where there is one', () => {
    assert.match(refusalWords("1:5: expected operand, found 'EOF'", { condition: 'n ==' }), /^The condition "n ==" is no Go expression: expected operand/);
    assert.match(refusalWords("1:5: expected operand, found 'EOF'", {}), /^1:5/);
  });

  it('Go strings lose their quotes, whole or cut short', () => {
    assert.deepEqual(['"a \\"b\\""', '"long...', 'plain', '"\\x00"'].map(unquoted), ['a "b"', 'long...', 'plain', '\\x00']);
  });

  it('goroutine filters are read as dlv reads them, and left to dlv where it knows more', () => {
    assert.deepEqual(goroutineFilters('-with userloc main.go -without running -t 5', true), [
      { Kind: 2, Negated: false, Arg: 'main.go' }, { Kind: 6, Negated: true, Arg: '' }, { Kind: 7, Negated: false, Arg: '' },
    ]);
    assert.equal(goroutineFilters('-chan c', false), undefined);
    assert.deepEqual(goroutineFilters('', false), []);
  });
});
