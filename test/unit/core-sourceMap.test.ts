// Paths of another machine on this one.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mapPath, suggestMapping } from '../../src/core/sourceMap.ts';

describe('the source map', () => {
  const map = { '/app': '/home/me/app', '/app/vendor/': '/opt/vendor/', 'C:\\work': '/home/me/work', '/usr/src': 'D:\\src' };

  it('takes the longest folder first', () => {
    assert.equal(mapPath('/app/a/b.py', map), '/home/me/app/a/b.py');
    assert.equal(mapPath('/app/vendor/x.go', map), '/opt/vendor/x.go');
    assert.equal(mapPath('/app', map), '/home/me/app');
  });

  it('matches whole folders only', () => {
    assert.equal(mapPath('/apple/a.c', map), undefined);
    assert.equal(mapPath('app/a.c', map), undefined);
    assert.equal(mapPath('/other/app/a.c', map), undefined);
  });

  it('understands paths of Windows on both sides', () => {
    assert.equal(mapPath('C:\\work\\src\\a.cpp', map), '/home/me/work/src/a.cpp');
    assert.equal(mapPath('/usr/src/lib/a.c', map), 'D:\\src/lib/a.c');
  });

  it('may map everything', () => {
    assert.equal(mapPath('/a/b.c', { '/': '/mnt/root' }), '/mnt/root/a/b.c');
    assert.equal(mapPath('/a/b.c', { '': '/mnt/root' }), undefined);
  });

  it('is suggested from one file that was found', () => {
    assert.deepEqual(suggestMapping('/build/project/src/a.c', '/home/me/p/src/a.c'), { remote: '/build/project', local: '/home/me/p' });
    assert.deepEqual(suggestMapping('/src/a.c', '/home/me/src/a.c'), { remote: '/src', local: '/home/me/src' });
    assert.deepEqual(suggestMapping('C:\\b\\src\\a.c', '/home/me/src/a.c'), { remote: 'C:/b', local: '/home/me' });
    assert.equal(suggestMapping('/src/a.c', '/home/me/b.c'), undefined);
    assert.equal(suggestMapping('/a.c', '/home/a.c'), undefined);
    assert.equal(suggestMapping('src/a.c', '/home/me/src/a.c'), undefined);
    for (const [remote, local] of [['/x/y/z/a.c', '/q/z/a.c'], ['/r/a.c', '/q/a.c']] as const) {
      const { remote: there, local: here } = suggestMapping(remote, local)!;
      assert.equal(mapPath(remote, { [there]: here }), local);
    }
  });
});
